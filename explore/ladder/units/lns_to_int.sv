// in_i: exponent, negative, zero; out_o: magnitude, and sign and bin of what is not zero. No two codes add up to
// an exponent of all ones.
module unit (
  input  logic [${product_bits}+1:0] in_i,
  output logic [${term_bits}+${bin_bits}:0] out_o
);
  logic legal, negative;
  logic [${term_bits}-1:0] magnitude;
  assign legal = in_i[0 +: ${product_bits}] != {${product_bits}{1'b1}};
  assign out_o[0 +: ${term_bits}] = legal ? magnitude : '0;
  assign out_o[${term_bits}] = legal && magnitude != '0 && negative;
%if bin_bits
  logic [${bin_bits}-1:0] bin;
  assign out_o[${term_bits}+1 +: ${bin_bits}] = legal && magnitude != '0 ? bin : '0;
%end
  napier_lns_to_int u_dut (
    .exponent_i  (in_i[0 +: ${product_bits}]),
    .negative_i  (in_i[${product_bits}]),
    .zero_i      (in_i[${product_bits}+1]),
    .magnitude_o (magnitude),
%if bin_bits
    .bin_o       (bin),
%end
    .negative_o  (negative)
  );
endmodule

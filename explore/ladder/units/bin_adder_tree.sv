// in_i: magnitudes, signs, bins (INT8: products); out_o: sums of the bins.
%if terms
module unit (
  input  logic [${vector}*(${term_bits}+1+${bin_bits})-1:0] in_i,
%else
module unit (
  input  logic [${vector}*${term_bits}-1:0] in_i,
%end
  output logic [${bins}*${bin_sum_bits}-1:0] out_o
);
  napier_bin_adder_tree u_dut (
%if terms
    .magnitude_i (in_i[0 +: ${vector}*${term_bits}]),
    .negative_i  (in_i[${vector}*${term_bits} +: ${vector}]),
%if bin_bits
    .bin_i       (in_i[${vector}*(${term_bits}+1) +: ${vector}*${bin_bits}]),
%end
%else
    .product_i   (in_i),
%end
    .sum_o       (out_o)
  );
endmodule

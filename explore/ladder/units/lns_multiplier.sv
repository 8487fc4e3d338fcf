// in_i: a, b; out_o: exponent, negative, zero.
module unit (
  input  logic [2*${operand_bits}-1:0] in_i,
  output logic [${product_bits}+1:0] out_o
);
  napier_lns_multiplier u_dut (
    .a_i        (in_i[0 +: ${operand_bits}]),
    .b_i        (in_i[${operand_bits} +: ${operand_bits}]),
    .exponent_o (out_o[0 +: ${product_bits}]),
    .negative_o (out_o[${product_bits}]),
    .zero_o     (out_o[${product_bits}+1])
  );
endmodule

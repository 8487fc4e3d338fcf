// in_i: a, b; out_o: significand, exponent, sign.
module unit (
  input  logic [2*${operand_bits}-1:0] in_i,
  output logic [${product_bits}-1:0] out_o
);
  napier_fp_multiplier u_dut (
    .a_i           (in_i[0 +: ${operand_bits}]),
    .b_i           (in_i[${operand_bits} +: ${operand_bits}]),
    .significand_o (out_o[0 +: ${significand_bits}]),
    .exponent_o    (out_o[${significand_bits} +: ${exponent_sum_bits}]),
    .negative_o    (out_o[${product_bits}-1])
  );
endmodule

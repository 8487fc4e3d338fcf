// in_i: vectors a, b; out_o: their dot product.
module unit (
  input  logic [2*${vector}*${operand_bits}-1:0] in_i,
  output logic [${bin_sum_bits}-1:0] out_o
);
  napier_int8_dot_product u_dut (
    .a_i   (in_i[0 +: ${vector}*${operand_bits}]),
    .b_i   (in_i[${vector}*${operand_bits} +: ${vector}*${operand_bits}]),
    .sum_o (out_o)
  );
endmodule

// in_i: a, b; out_o: product.
module unit (
  input  logic [2*${operand_bits}-1:0] in_i,
  output logic [${product_bits}-1:0] out_o
);
  napier_int8_multiplier u_dut (
    .a_i       (in_i[0 +: ${operand_bits}]),
    .b_i       (in_i[${operand_bits} +: ${operand_bits}]),
    .product_o (out_o)
  );
endmodule

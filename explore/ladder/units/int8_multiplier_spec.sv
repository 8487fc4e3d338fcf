// The product in whole numbers.
module unit (
  input  logic [2*${operand_bits}-1:0] in_i,
  output logic [${product_bits}-1:0] out_o
);
  logic signed [63:0] product;
  assign product = 64'($signed(in_i[0 +: ${operand_bits}])) * 64'($signed(in_i[${operand_bits} +: ${operand_bits}]));
  assign out_o = product[${product_bits}-1:0];
endmodule

${banner}
// Multiplies two signed integers exactly.
module napier_int8_multiplier #(
  localparam int OperandWidth = ${operand_bits},
  localparam int ProductWidth = ${product_bits}  // twice an operand: no product is lost
) (
  input  logic [OperandWidth-1:0] a_i,
  input  logic [OperandWidth-1:0] b_i,
  output logic [ProductWidth-1:0] product_o
);

  assign product_o = ProductWidth'($signed(a_i)) * ProductWidth'($signed(b_i));

endmodule : napier_int8_multiplier

`default_nettype wire

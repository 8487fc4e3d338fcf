${banner}
// Multiplies two signed integers exactly, after Baugh and Wooley (IEEE Trans. C-22, 1973): one row of partial
// products a bit of b_i. Partial products of a negative weight are inverted, and the tree adds the constant
// 2^OperandWidth + 2^(2*OperandWidth-1) that makes up for it.
module napier_int8_multiplier #(
  localparam int OperandWidth = ${operand_bits},
  localparam int ProductWidth = ${product_bits}  // twice an operand: no product is lost
) (
  input  logic [OperandWidth-1:0] a_i,
  input  logic [OperandWidth-1:0] b_i,
  output logic [ProductWidth-1:0] product_o
);

  localparam int Low = OperandWidth - 1;  // bits below the sign

  logic [OperandWidth*OperandWidth-1:0] rows;
  for (genvar j = 0; j < Low; j++) begin : gen_row
    assign rows[j*OperandWidth +: OperandWidth] = {!(a_i[Low] && b_i[j]), a_i[Low-1:0] & {Low{b_i[j]}}};
  end
  assign rows[Low*OperandWidth +: OperandWidth] = {a_i[Low] && b_i[Low], ~(a_i[Low-1:0] & {Low{b_i[Low]}})};
  ${rows}

  ${tree}

endmodule : napier_int8_multiplier

`default_nettype wire

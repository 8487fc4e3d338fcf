${banner}
// Dot product of two vectors of signed integers, exact: the partial products of all pairs, after Baugh and Wooley
// (IEEE Trans. C-22, 1973), are summed in one tree, so that no product is ever carried through. Partial products of
// a negative weight are inverted, and the tree adds the constant
// Vector * (2^OperandWidth - 2^(2*OperandWidth-1)) that makes up for it.
module napier_int8_dot_product #(
  localparam int Vector = ${vector},
  localparam int OperandWidth = ${operand_bits},
  localparam int SumWidth = ${bin_sum_bits}  // a product, ${guard_bits} bits for the vector
) (
  input  logic [Vector*OperandWidth-1:0] a_i,
  input  logic [Vector*OperandWidth-1:0] b_i,
  output logic [SumWidth-1:0]            sum_o
);

  localparam int Low = OperandWidth - 1;  // bits below the sign
  localparam int PairWidth = OperandWidth * OperandWidth;

  // Partial products: for each pair one row a bit of b.
  logic [Vector*PairWidth-1:0] rows;
  for (genvar i = 0; i < Vector; i++) begin : gen_pair
    logic [OperandWidth-1:0] a, b;
    assign a = a_i[i*OperandWidth +: OperandWidth];
    assign b = b_i[i*OperandWidth +: OperandWidth];
    for (genvar j = 0; j < Low; j++) begin : gen_row
      assign rows[i*PairWidth + j*OperandWidth +: OperandWidth] = {!(a[Low] && b[j]), a[Low-1:0] & {Low{b[j]}}};
    end
    assign rows[i*PairWidth + Low*OperandWidth +: OperandWidth] =
        {a[Low] && b[Low], ~(a[Low-1:0] & {Low{b[Low]}})};
  end
  ${rows}

  ${tree}

endmodule : napier_int8_dot_product

`default_nettype wire

`default_nettype none
// Dot product of two vectors of signed integers, as products and a sum.
module napier_int8_dot_product #(
  localparam int Vector = 16,
  localparam int OperandWidth = 8,
  localparam int SumWidth = 20
) (
  input  logic [Vector*OperandWidth-1:0] a_i,
  input  logic [Vector*OperandWidth-1:0] b_i,
  output logic [SumWidth-1:0]            sum_o
);

  localparam int ProductWidth = 2 * OperandWidth;

  logic [Vector*ProductWidth-1:0] product;
  for (genvar i = 0; i < Vector; i++) begin : gen_product
    assign product[i*ProductWidth +: ProductWidth] =
        ProductWidth'($signed(a_i[i*OperandWidth +: OperandWidth]))
        * ProductWidth'($signed(b_i[i*OperandWidth +: OperandWidth]));
  end

  always_comb begin
    sum_o = '0;
    for (int i = 0; i < Vector; i++) begin
      sum_o = sum_o + SumWidth'($signed(product[i*ProductWidth +: ProductWidth]));
    end
  end

endmodule : napier_int8_dot_product

`default_nettype wire

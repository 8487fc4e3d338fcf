`default_nettype none
// Sums the terms of one vector exactly, all in one bin.
module napier_bin_adder_tree #(
  localparam int Vector = 16,
  localparam int Bins = 1,
  localparam int TermWidth = 17,
  localparam int BinSumWidth = 22  // a term, 4 bits for the vector, a sign
) (
  input  logic [Vector*TermWidth-1:0] magnitude_i,
  input  logic [Vector-1:0]           negative_i,
  output logic [Bins*BinSumWidth-1:0] sum_o
);

  for (genvar k = 0; k < Bins; k++) begin : gen_bin
    // Terms of this bin; the others count as 0.
    logic [Vector-1:0] selected;
    logic [Vector*TermWidth-1:0] term;
    for (genvar i = 0; i < Vector; i++) begin : gen_select
      assign selected[i] = 1'b1;
      assign term[i*TermWidth +: TermWidth] = magnitude_i[i*TermWidth +: TermWidth] & {TermWidth{selected[i]}};
    end

    // A negative term enters as its complement plus one: the XOR here, the one as a carry of the same sum.
    logic [Vector-1:0] negative;
    assign negative = selected & negative_i;

    logic [BinSumWidth-1:0] sum;
    always_comb begin
      sum = '0;
      for (int i = 0; i < Vector; i++) begin
        sum = sum + (BinSumWidth'(term[i*TermWidth +: TermWidth]) ^ {BinSumWidth{negative[i]}})
            + BinSumWidth'(negative[i]);
      end
    end
    assign sum_o[k*BinSumWidth +: BinSumWidth] = sum;
  end

endmodule : napier_bin_adder_tree

`default_nettype wire

${banner}
%if terms
// Sums the terms of one vector exactly, ${tree_text}.
%else
// Sums the products of one vector exactly.
%end
module napier_bin_adder_tree #(
  localparam int Vector = ${vector},
%if bin_bits
  localparam int BinWidth = ${bin_bits},
%end
  localparam int Bins = ${bins},
  localparam int TermWidth = ${term_bits},
  localparam int BinSumWidth = ${bin_sum_bits}  // ${bin_sum_reason}
) (
%if terms
  input  logic [Vector*TermWidth-1:0] magnitude_i,
%if bin_bits
  input  logic [Vector*BinWidth-1:0]  bin_i,
%end
  input  logic [Vector-1:0]           negative_i,
%else
  input  logic [Vector*TermWidth-1:0] product_i,
%end
  output logic [Bins*BinSumWidth-1:0] sum_o
);

%if terms
  for (genvar k = 0; k < Bins; k++) begin : gen_bin
    // Terms of this bin; the others count as 0.
    logic [Vector-1:0] selected;
    logic [Vector*TermWidth-1:0] term;
    for (genvar i = 0; i < Vector; i++) begin : gen_select
%if bin_bits
      assign selected[i] = bin_i[i*BinWidth +: BinWidth] == BinWidth'(k);
%else
      assign selected[i] = 1'b1;
%end
      assign term[i*TermWidth +: TermWidth] = magnitude_i[i*TermWidth +: TermWidth] & {TermWidth{selected[i]}};
    end

%if split_sign
    // Positive and negative terms are summed as magnitudes in trees of their own and subtracted once.
    logic [Vector*TermWidth-1:0] positive, negative;
    for (genvar i = 0; i < Vector; i++) begin : gen_split
      assign positive[i*TermWidth +: TermWidth] = term[i*TermWidth +: TermWidth] & {TermWidth{!negative_i[i]}};
      assign negative[i*TermWidth +: TermWidth] = term[i*TermWidth +: TermWidth] & {TermWidth{negative_i[i]}};
    end

    logic [BinSumWidth-1:0] positive_sum, negative_sum;
    always_comb begin
      positive_sum = '0;
      negative_sum = '0;
      for (int i = 0; i < Vector; i++) begin
        positive_sum = positive_sum + BinSumWidth'(positive[i*TermWidth +: TermWidth]);
        negative_sum = negative_sum + BinSumWidth'(negative[i*TermWidth +: TermWidth]);
      end
    end
    assign sum_o[k*BinSumWidth +: BinSumWidth] = positive_sum - negative_sum;
%else
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
%end
  end
%else
  always_comb begin
    sum_o = '0;
    for (int i = 0; i < Vector; i++) begin
      sum_o = sum_o + BinSumWidth'($signed(product_i[i*TermWidth +: TermWidth]));
    end
  end
%end

endmodule : napier_bin_adder_tree

`default_nettype wire

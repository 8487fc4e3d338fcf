${banner}
%if lns
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
%if lns
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

%if split_sign
  // Positive and negative terms are summed as magnitudes in trees of their own and subtracted once.
  for (genvar k = 0; k < Bins; k++) begin : gen_bin
    logic [BinSumWidth-1:0] positive_sum, negative_sum;
    always_comb begin
      positive_sum = '0;
      negative_sum = '0;
      for (int i = 0; i < Vector; i++) begin
%if bin_bits
        if (bin_i[i*BinWidth +: BinWidth] == BinWidth'(k)) begin
          positive_sum = positive_sum
              + BinSumWidth'(magnitude_i[i*TermWidth +: TermWidth] & {TermWidth{!negative_i[i]}});
          negative_sum = negative_sum
              + BinSumWidth'(magnitude_i[i*TermWidth +: TermWidth] & {TermWidth{negative_i[i]}});
        end
%else
        positive_sum = positive_sum
            + BinSumWidth'(magnitude_i[i*TermWidth +: TermWidth] & {TermWidth{!negative_i[i]}});
        negative_sum = negative_sum
            + BinSumWidth'(magnitude_i[i*TermWidth +: TermWidth] & {TermWidth{negative_i[i]}});
%end
      end
    end
    assign sum_o[k*BinSumWidth +: BinSumWidth] = positive_sum - negative_sum;
  end
%else
%if lns
  // A negative term enters as its complement plus one: the XOR here, the one as a carry of the same sum.
  for (genvar k = 0; k < Bins; k++) begin : gen_bin
    logic [BinSumWidth-1:0] sum;
    always_comb begin
      sum = '0;
      for (int i = 0; i < Vector; i++) begin
%if bin_bits
        if (bin_i[i*BinWidth +: BinWidth] == BinWidth'(k)) begin
          sum = sum + (BinSumWidth'(magnitude_i[i*TermWidth +: TermWidth]) ^ {BinSumWidth{negative_i[i]}})
              + BinSumWidth'(negative_i[i]);
        end
%else
        sum = sum + (BinSumWidth'(magnitude_i[i*TermWidth +: TermWidth]) ^ {BinSumWidth{negative_i[i]}})
            + BinSumWidth'(negative_i[i]);
%end
      end
    end
    assign sum_o[k*BinSumWidth +: BinSumWidth] = sum;
  end
%else
  always_comb begin
    sum_o = '0;
    for (int i = 0; i < Vector; i++) begin
      sum_o = sum_o + BinSumWidth'($signed(product_i[i*TermWidth +: TermWidth]));
    end
  end
%end
%end

endmodule : napier_bin_adder_tree

`default_nettype wire

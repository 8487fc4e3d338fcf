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
%if split_sign
  localparam int MagnitudeSumWidth = BinSumWidth - 1;  // without a sign

%else
  localparam int RowWidth = TermWidth + 1;  // a term and its sign

%end
%end
%if terms
%if split_sign
  for (genvar k = 0; k < Bins; k++) begin : gen_bin
    // Positive and negative terms of this bin are summed as magnitudes in trees of their own and subtracted once.
    logic [Vector*TermWidth-1:0] positive, negative;
    for (genvar i = 0; i < Vector; i++) begin : gen_split
      logic selected;
%if bin_bits
      assign selected = bin_i[i*BinWidth +: BinWidth] == BinWidth'(k);
%else
      assign selected = 1'b1;
%end
      assign positive[i*TermWidth +: TermWidth] =
          magnitude_i[i*TermWidth +: TermWidth] & {TermWidth{selected && !negative_i[i]}};
      assign negative[i*TermWidth +: TermWidth] =
          magnitude_i[i*TermWidth +: TermWidth] & {TermWidth{selected && negative_i[i]}};
    end
    ${positive_rows}
    ${negative_rows}

    logic [MagnitudeSumWidth-1:0] positive_sum, negative_sum;
    ${positive_tree}
    ${negative_tree}
    assign sum_o[k*BinSumWidth +: BinSumWidth] = BinSumWidth'(positive_sum) - BinSumWidth'(negative_sum);
  end
%else
  // A negative term enters as its complement plus one. All bins share the complements.
  logic [Vector*TermWidth-1:0] term;
  for (genvar i = 0; i < Vector; i++) begin : gen_term
    assign term[i*TermWidth +: TermWidth] = magnitude_i[i*TermWidth +: TermWidth] ^ {TermWidth{negative_i[i]}};
  end

  for (genvar k = 0; k < Bins; k++) begin : gen_bin
    // Terms of this bin, the others count as 0. A sign counts -2^TermWidth: its complement counts +2^TermWidth,
    // and the tree adds -2^TermWidth for every row.
    logic [Vector-1:0] negative;
    logic [Vector*RowWidth-1:0] rows;
    for (genvar i = 0; i < Vector; i++) begin : gen_row
%if bin_bits
      logic selected;
      assign selected = bin_i[i*BinWidth +: BinWidth] == BinWidth'(k);
      assign negative[i] = selected && negative_i[i];
      assign rows[i*RowWidth +: RowWidth] = {!negative[i], term[i*TermWidth +: TermWidth] & {TermWidth{selected}}};
%else
      assign negative[i] = negative_i[i];
      assign rows[i*RowWidth +: RowWidth] = {!negative[i], term[i*TermWidth +: TermWidth]};
%end
    end
    ${rows}

    logic [BinSumWidth-1:0] sum;
    ${tree}
    assign sum_o[k*BinSumWidth +: BinSumWidth] = sum;
  end
%end
%else
  // A sign counts -2^(TermWidth-1): its complement counts +2^(TermWidth-1), and the tree adds -2^(TermWidth-1) for
  // every product.
  logic [Vector*TermWidth-1:0] rows;
  for (genvar i = 0; i < Vector; i++) begin : gen_row
    assign rows[i*TermWidth +: TermWidth] =
        {!product_i[i*TermWidth + TermWidth - 1], product_i[i*TermWidth +: TermWidth - 1]};
  end
  ${rows}

  ${tree}
%end

endmodule : napier_bin_adder_tree

`default_nettype wire

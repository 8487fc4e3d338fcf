${banner}
// Joins the bins of a vector: (sum of constant[k] * bin sum k) >> ${const_bits}, towards minus infinity.
// constant[k] = round(2^(k/${bins}) * 2^${const_bits}), in canonical signed digits.
module napier_constant_scaler #(
  localparam int Bins = ${bins},
  localparam int BinSumWidth = ${bin_sum_bits},
  localparam int SumWidth = ${sum_bits}  // a constant is below 2: one bit more than a bin's sum
) (
  input  logic [Bins*BinSumWidth-1:0] sum_i,
  output logic [SumWidth-1:0]         sum_o
);

  localparam int ConstFraction = ${const_bits};
  localparam int ScaledWidth = ${scaled_sum_bits};  // bin sum times a constant of ConstFraction + 1 bits

  // One row a digit: a bin sum or its complement. The bits of negative weight are inverted, and the tree adds
  // one constant that makes up for all of them.
  ${rows}

  logic [ScaledWidth-1:0] scaled;
  ${tree}
  // Towards minus infinity: the fraction is dropped.
  assign sum_o = scaled[ScaledWidth-1 -: SumWidth];
%if dropped

  logic [ConstFraction-1:0] unused_fraction;
  assign unused_fraction = scaled[ConstFraction-1:0];
%end

endmodule : napier_constant_scaler

`default_nettype wire

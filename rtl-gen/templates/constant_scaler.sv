${banner}
// Joins the bins of a vector: (sum of constant[k] * bin sum k) >> ${const_bits}, towards minus infinity.
// constant[k] = round(2^(k/${bins}) * 2^${const_bits}), multiplied by shifts and adds in canonical signed digits.
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

  ${bin_sums}

  logic signed [ScaledWidth-1:0] scaled;
  assign scaled =
      ${scaled_terms}
  assign sum_o = SumWidth'(scaled >>> ConstFraction);

endmodule : napier_constant_scaler

`default_nettype wire

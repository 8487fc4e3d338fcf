`default_nettype none
// Joins the bins of a vector: (sum of constant[k] * bin sum k) >> 8, towards minus infinity.
// constant[k] = round(2^(k/8) * 2^8), multiplied by shifts and adds in canonical signed digits.
module napier_constant_scaler #(
  localparam int Bins = 8,
  localparam int BinSumWidth = 22,
  localparam int SumWidth = 23  // a constant is below 2: one bit more than a bin's sum
) (
  input  logic [Bins*BinSumWidth-1:0] sum_i,
  output logic [SumWidth-1:0]         sum_o
);

  localparam int ConstFraction = 8;
  localparam int ScaledWidth = 31;  // bin sum times a constant of ConstFraction + 1 bits

  logic signed [ScaledWidth-1:0] bin_0;
  assign bin_0 = ScaledWidth'($signed(sum_i[0*BinSumWidth +: BinSumWidth]));
  logic signed [ScaledWidth-1:0] bin_1;
  assign bin_1 = ScaledWidth'($signed(sum_i[1*BinSumWidth +: BinSumWidth]));
  logic signed [ScaledWidth-1:0] bin_2;
  assign bin_2 = ScaledWidth'($signed(sum_i[2*BinSumWidth +: BinSumWidth]));
  logic signed [ScaledWidth-1:0] bin_3;
  assign bin_3 = ScaledWidth'($signed(sum_i[3*BinSumWidth +: BinSumWidth]));
  logic signed [ScaledWidth-1:0] bin_4;
  assign bin_4 = ScaledWidth'($signed(sum_i[4*BinSumWidth +: BinSumWidth]));
  logic signed [ScaledWidth-1:0] bin_5;
  assign bin_5 = ScaledWidth'($signed(sum_i[5*BinSumWidth +: BinSumWidth]));
  logic signed [ScaledWidth-1:0] bin_6;
  assign bin_6 = ScaledWidth'($signed(sum_i[6*BinSumWidth +: BinSumWidth]));
  logic signed [ScaledWidth-1:0] bin_7;
  assign bin_7 = ScaledWidth'($signed(sum_i[7*BinSumWidth +: BinSumWidth]));

  logic signed [ScaledWidth-1:0] scaled;
  assign scaled =
        ((bin_0 <<< 8))  // 256
      + ((bin_1 <<< 8) + (bin_1 <<< 5) - (bin_1 <<< 3) - (bin_1 <<< 0))  // 279
      + ((bin_2 <<< 8) + (bin_2 <<< 6) - (bin_2 <<< 4))  // 304
      + ((bin_3 <<< 8) + (bin_3 <<< 6) + (bin_3 <<< 4) - (bin_3 <<< 2))  // 332
      + ((bin_4 <<< 9) - (bin_4 <<< 7) - (bin_4 <<< 5) + (bin_4 <<< 3) + (bin_4 <<< 1))  // 362
      + ((bin_5 <<< 9) - (bin_5 <<< 7) + (bin_5 <<< 4) - (bin_5 <<< 2) - (bin_5 <<< 0))  // 395
      + ((bin_6 <<< 9) - (bin_6 <<< 6) - (bin_6 <<< 4) - (bin_6 <<< 0))  // 431
      + ((bin_7 <<< 9) - (bin_7 <<< 5) - (bin_7 <<< 3) - (bin_7 <<< 1));  // 470
  assign sum_o = SumWidth'(scaled >>> ConstFraction);

endmodule : napier_constant_scaler

`default_nettype wire

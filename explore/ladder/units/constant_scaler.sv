// in_i: sums of the bins; out_o: their sum, each times its constant.
module unit (
  input  logic [${bins}*${bin_sum_bits}-1:0] in_i,
  output logic [${sum_bits}-1:0] out_o
);
  ${legal_bins}
  logic [${sum_bits}-1:0] sum;
  assign out_o = legal ? sum : '0;
  napier_constant_scaler u_dut (
    .sum_i (in_i),
    .sum_o (sum)
  );
endmodule

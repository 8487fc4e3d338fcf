// models/units/constant_scaler.cpp in whole numbers.
module unit (
  input  logic [${bins}*${bin_sum_bits}-1:0] in_i,
  output logic [${sum_bits}-1:0] out_o
);
  ${legal_bins}
  logic signed [63:0] sum;
  always_comb begin
    sum = 64'sd0;
    ${additions}
    sum = sum >>> ${const_bits};
    out_o = legal ? sum[${sum_bits}-1:0] : '0;
  end
endmodule

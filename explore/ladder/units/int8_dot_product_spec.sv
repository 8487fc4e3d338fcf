// The dot product in whole numbers.
module unit (
  input  logic [2*${vector}*${operand_bits}-1:0] in_i,
  output logic [${bin_sum_bits}-1:0] out_o
);
  logic signed [63:0] sum;
  always_comb begin
    sum = 64'sd0;
    for (int i = 0; i < ${vector}; i++) begin
      sum = sum + 64'($signed(in_i[i*${operand_bits} +: ${operand_bits}]))
          * 64'($signed(in_i[(${vector}+i)*${operand_bits} +: ${operand_bits}]));
    end
  end
  assign out_o = sum[${bin_sum_bits}-1:0];
endmodule

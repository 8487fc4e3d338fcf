// models/units/bin_adder_tree.hpp in whole numbers.
%if terms
module unit (
  input  logic [${vector}*(${term_bits}+1+${bin_bits})-1:0] in_i,
%else
module unit (
  input  logic [${vector}*${term_bits}-1:0] in_i,
%end
  output logic [${bins}*${bin_sum_bits}-1:0] out_o
);
  logic signed [63:0] sum;
  always_comb begin
    out_o = '0;
    for (int bin = 0; bin < ${bins}; bin++) begin
      sum = 64'sd0;
      for (int i = 0; i < ${vector}; i++) begin
%if terms
%if bin_bits
        if (in_i[${vector}*(${term_bits}+1) + i*${bin_bits} +: ${bin_bits}] == bin) begin
%else
        begin
%end
          if (in_i[${vector}*${term_bits} + i]) sum = sum - 64'(in_i[i*${term_bits} +: ${term_bits}]);
          else sum = sum + 64'(in_i[i*${term_bits} +: ${term_bits}]);
        end
%else
        sum = sum + 64'($signed(in_i[i*${term_bits} +: ${term_bits}]));
%end
      end
      out_o[bin*${bin_sum_bits} +: ${bin_sum_bits}] = sum[${bin_sum_bits}-1:0];
    end
  end
endmodule

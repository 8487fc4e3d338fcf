// in_i: accumulator, keep, relu, raw, bias_k (and 16 random bits where rounding is stochastic); out_o: word.
module unit (
  input  logic [${accumulator_bits}+18+${random_input_bits}:0] in_i,
  output logic [${output_bits}-1:0] out_o
);
  napier_post_processor_lane u_dut (
    .acc_i    (in_i[0 +: ${accumulator_bits}]),
    .keep_i   (in_i[${accumulator_bits}]),
    .relu_i   (in_i[${accumulator_bits}+1]),
    .raw_i    (in_i[${accumulator_bits}+2]),
    .bias_k_i (in_i[${accumulator_bits}+3 +: 16]),
%if stochastic
    .random_i (in_i[${accumulator_bits}+19 +: 16]),
%end
    .word_o   (out_o)
  );
endmodule

// in_i: gradient, weight, second moment, cap, gradient exponent, correction, step_log2 (and index and round keys where
// rounding is stochastic); out_o: weight, second moment.
module unit (
  input  logic [${operand_bits}+${update_bits}+${v_bits}+${update_bits}-1+80+${noise_input_bits}-1:0] in_i,
  output logic [${update_bits}+${v_bits}-1:0] out_o
);
  ${madam_inputs}
  logic [${update_bits}+${v_bits}-1:0] out;
  assign out_o = legal ? out : '0;
  napier_madam_update_lane u_dut (
    .gradient_exponent_i (gradient_exponent),
    .correction_i        (correction),
    .step_log2_i         (step_log2),
    .cap_i               (cap),
%if stochastic_update
    .round_keys_i        (round_keys),
    .index_i             (index),
%end
    .weight_i            (weight),
    .gradient_i          (gradient),
    .v_i                 (v),
    .weight_o            (out[0 +: ${update_bits}]),
    .v_o                 (out[${update_bits} +: ${v_bits}])
  );
endmodule

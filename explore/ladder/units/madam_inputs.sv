  logic [${operand_bits}-1:0] gradient;
  logic [${update_bits}-1:0] weight;
  logic [${v_bits}-1:0] v;
  logic [${update_bits}-2:0] cap;
  logic [15:0] gradient_exponent;
  logic [31:0] correction, step_log2;
  assign gradient = in_i[0 +: ${operand_bits}];
  assign weight = in_i[${operand_bits} +: ${update_bits}];
  assign v = in_i[${operand_bits}+${update_bits} +: ${v_bits}];
  assign cap = in_i[${operand_bits}+${update_bits}+${v_bits} +: ${update_bits}-1];
  assign gradient_exponent = in_i[${operand_bits}+2*${update_bits}+${v_bits}-1 +: 16];
  assign correction = in_i[${operand_bits}+2*${update_bits}+${v_bits}+15 +: 32];
  assign step_log2 = in_i[${operand_bits}+2*${update_bits}+${v_bits}+47 +: 32];
%if stochastic_update
  logic [31:0] index;
  logic [${noise_input_bits}-33:0] round_keys;
  assign index = in_i[${operand_bits}+2*${update_bits}+${v_bits}+79 +: 32];
  assign round_keys = in_i[${operand_bits}+2*${update_bits}+${v_bits}+111 +: ${noise_input_bits}-32];
%end

  // What a trace may hold: docs/formats/trace.md.
  logic legal;
  assign legal = cap != '0
      && $signed(correction) <= 32'sd536870912 && $signed(correction) >= -32'sd536870912
      && $signed(step_log2) <= 32'sd536870912 && $signed(step_log2) >= -32'sd536870912;

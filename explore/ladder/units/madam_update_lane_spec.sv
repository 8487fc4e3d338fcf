// models/units/madam_update.cpp in whole numbers.
module unit (
  input  logic [${operand_bits}+${update_bits}+${v_bits}+${update_bits}-1+80+${noise_input_bits}-1:0] in_i,
  output logic [${update_bits}+${v_bits}-1:0] out_o
);
  ${madam_inputs}

%if stochastic_update
  logic [15:0] x, y, kept;
  always_comb begin
    {x, y} = index;
    for (int i = 0; i < (${noise_input_bits} - 32) / 16; i++) begin
      kept = x;
      x = y ^ ({x[14:0], x[15]} & {x[7:0], x[15:8]}) ^ {x[13:0], x[15:14]} ^ round_keys[16*i +: 16];
      y = kept;
    end
  end
%end

  // Second moment. `rest`: of the larger addend, below the grid of v.
  logic signed [63:0] v_before, decayed, gradient_log2, fresh, difference, cell_number, gain, sum, v_after;
  logic signed [63:0] noise, rest, faded;
%if stochastic_moment
  assign noise = 64'(y) >> ${moment_noise_shift};
%else
  assign noise = 64'sd0;
%end
  logic gradient_zero;
  assign v_before = 64'($signed(v));
  assign decayed = v_before + ${log2_beta};
%if zero_reserved
  assign gradient_zero = gradient[${operand_bits}-2:0] == '0;
%else
  assign gradient_zero = 1'b0;
%end
  assign gradient_log2 = (64'($signed({1'b0, gradient[${operand_bits}-2:0]})) + 64'($signed(gradient_exponent)))
      * 64'sd${code_unit};
  assign fresh = gradient_log2 * 64'sd2 + ${log2_one_minus_beta};
  assign difference = decayed > fresh ? decayed - fresh : fresh - decayed;
  assign cell_number = difference >> ${cell_shift};
  always_comb begin
    gain = 64'sd0;
    ${gains}
  end
  always_comb begin
    rest = decayed > fresh ? ${beta_rest} : ${one_minus_beta_rest};
    sum = (decayed > fresh ? decayed : fresh) + ((rest + gain + noise) >>> ${moment_dropped});
    if (v_before == ${v_zero}) sum = fresh + ((${one_minus_beta_rest} + noise) >>> ${moment_dropped});
    faded = decayed + ((${beta_rest} + noise) >>> ${moment_dropped});
    v_after = sum < ${v_zero} + 64'sd1 ? ${v_zero} + 64'sd1 : sum > ${v_max} ? ${v_max} : sum;
    if (gradient_zero) v_after = v_before == ${v_zero} || faded <= ${v_zero} ? ${v_zero} : faded;
  end

  // Step on the code.
  logic signed [63:0] normalised, bounded, step_exponent, exponent, quotient, constant, exact, delta, after;
  assign normalised = gradient_log2 - ((v_after - 64'($signed(correction))) >>> 1);
  assign bounded = normalised < ${log2_bound} ? normalised : ${log2_bound};
%if round_first
  always_comb begin
    step_exponent = -64'sd1073741824;
    ${wholes}
  end
%else
  assign step_exponent = bounded + 64'($signed(step_log2));
%end
  assign exponent = (step_exponent + 64'sd${half_code}) >>> ${code_shift};
  assign quotient = exponent >>> ${gamma_log2};
  always_comb begin
    constant = 64'sd0;
    ${octaves}
  end
  // In 2^-16 of a code.
  always_comb begin
    if (quotient >= 64'sd${update_bits} - 64'sd1) exact = 64'sd${max_update_code} << 16;
    else if (quotient < -64'sd16) exact = 64'sd0;
    else if (quotient + 64'sd16 < 64'sd${const_bits}) exact = constant >> (64'sd${const_bits} - 64'sd16 - quotient);
    else exact = constant << (quotient + 64'sd16 - 64'sd${const_bits});
    if (exact > (64'sd${max_update_code} << 16)) exact = 64'sd${max_update_code} << 16;
  end
%if stochastic_step
  assign delta = (exact + 64'(x)) >> 16;
%else
  assign delta = (exact + 64'sd32768) >> 16;
%end
  always_comb begin
    after = 64'(weight[${update_bits}-2:0]);
    if (weight[${update_bits}-1] == gradient[${operand_bits}-1]) after = after - delta;
    else after = after + delta;
    if (after < 64'sd1) after = 64'sd1;
    else if (after > 64'(cap)) after = 64'(cap);
    out_o = '0;
    if (legal) begin
      out_o[0 +: ${update_bits}] = gradient_zero ? weight : {weight[${update_bits}-1], after[${update_bits}-2:0]};
      out_o[${update_bits} +: ${v_bits}] = v_after[${v_bits}-1:0];
    end
  end
endmodule

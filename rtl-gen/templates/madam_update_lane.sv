${banner}
// Madam's update of one weight in the log domain: adders, two small tables and shifts, no multiplier. Fixed-point
// logarithms have ${v_fraction} fraction bits.
// ${update_stages} of the ${update_registers} pipeline registers lie in here; the last is the output queue.
module napier_madam_update_lane #(
  localparam int WeightWidth = ${update_bits},    // sign, exponent code
  localparam int GradientWidth = ${operand_bits},
%if update_stages
  localparam int Stages = ${update_stages},
%end
  localparam int MomentWidth = ${v_bits}          // log2 of the second moment; the lowest value stands for zero
) (
%if update_stages
  input  logic                     clk_i,
  input  logic [Stages-1:0]        stage_en_i,  // bit k: register stage k takes a new value
%end
  // Settings, held while a tensor is updated.
  input  logic [15:0]              gradient_exponent_i,  // gradient code c stands for 2^((c + this)/${gamma})
  input  logic [31:0]              correction_i,         // log2(1 - beta^t)
  input  logic [31:0]              step_log2_i,          // log2 of learning rate times codes per octave
  input  logic [WeightWidth-2:0]   cap_i,                // largest exponent code of the tensor
%if stochastic_update
  input  logic [${round_keys_bits}-1:0]             round_keys_i,         // of the random bits
  input  logic [31:0]              index_i,              // of the weight in its tensor
%end
  input  logic [WeightWidth-1:0]   weight_i,
  input  logic [GradientWidth-1:0] gradient_i,
  input  logic [MomentWidth-1:0]   v_i,
  output logic [WeightWidth-1:0]   weight_o,
  output logic [MomentWidth-1:0]   v_o
);

  localparam int Fraction = ${v_fraction};
  localparam int CodeFraction = ${code_fraction};  // fraction bits of one gradient code: Fraction - ${gamma_log2}
  localparam int ExponentWidth = 17;       // gradient code + gradient_exponent_i
  localparam int GradientLogWidth = ExponentWidth + CodeFraction;
  localparam int SumWidth = ${moment_sum_bits};  // holds 2 log2|g| + log2(1 - beta), and v + log2(beta)
  localparam int LogWidth = 32;            // of the settings, and so of everything added to them
  localparam int CellWidth = ${gaussian_index_bits};           // counts the table's ${gaussian_cells} cells of 1/16 octave
  localparam int GainWidth = ${gaussian_bits};           // log2(1 + 2^-d) is below 1: fraction bits alone
  localparam logic signed [SumWidth-1:0] LogBeta = ${log2_beta};  // log2(${beta})
  localparam logic signed [SumWidth-1:0] LogOneMinusBeta = ${log2_one_minus_beta};  // log2(1 - ${beta})
  localparam logic signed [LogWidth-1:0] LogBound = ${log2_bound};  // log2(${bound}), bound of |g*|
  localparam logic signed [SumWidth-1:0] MomentMax = ${v_max};
  localparam logic signed [SumWidth-1:0] MomentZero = ${v_zero};
  localparam logic signed [SumWidth-1:0] MomentLeast = ${v_least};  // the lowest value that is not zero

  // log2|g|. Names end in what has been computed: _g gradient, _m moment, _n normalised, _c converted.
  logic gradient_zero_g, gradient_negative_g;
  logic [WeightWidth-1:0] weight_g;
  logic signed [ExponentWidth-1:0] gradient_exponent;
  logic signed [GradientLogWidth-1:0] gradient_log2;
%if zero_reserved
  assign gradient_zero_g = gradient_i[GradientWidth-2:0] == '0;
%else
  assign gradient_zero_g = 1'b0;
%end
  assign gradient_negative_g = gradient_i[GradientWidth-1];
  assign weight_g = weight_i;
  assign gradient_exponent = ExponentWidth'($signed({1'b0, gradient_i[GradientWidth-2:0]}))
      + ExponentWidth'($signed(gradient_exponent_i));
  assign gradient_log2 = {gradient_exponent, {CodeFraction{1'b0}}};

%if stochastic_update
  // Random bits of (key, index): ${noise_rounds} rounds of Simon32/64, each x' = y ^ (x<<<1 & x<<<8) ^ x<<<2 ^ key, y' = x.
  logic [15:0] noise_g;
  ${noise_steps}
%if stochastic_moment
%if !stochastic_step
  logic unused_noise;
  assign unused_noise = &noise_g;
%end
%end

%end
  // Second moment: v' = beta v + (1 - beta) g^2, the logarithm of a sum by a table of log2(1 + 2^-d).
%if stochastic_moment
  // What lies below the grid of log2 v (${moment_fraction} fraction bits) is summed apart; random bits decide whether it counts.
  localparam int DroppedWidth = ${moment_dropped_bits};
  localparam logic signed [SumWidth-1:0] BetaRest = ${beta_rest};
  localparam logic signed [SumWidth-1:0] OneMinusBetaRest = ${one_minus_beta_rest};
%end
  logic signed [SumWidth-1:0] v_before, decayed, fresh, larger, distance, summed;
  logic [SumWidth-1:0] cell_index;
  logic [GainWidth-1:0] gain;
  logic v_is_zero;
  assign v_before = SumWidth'($signed(v_i));
  assign v_is_zero = v_before == MomentZero;
  assign decayed = v_before + LogBeta;
  assign fresh = (SumWidth'(gradient_log2) <<< 1) + LogOneMinusBeta;
  assign larger = decayed > fresh ? decayed : fresh;
  assign distance = decayed > fresh ? decayed - fresh : fresh - decayed;
  assign cell_index = SumWidth'(distance >>> (Fraction - 4));

  // Past the table's last cell the smaller addend does not count.
  logic [CellWidth-1:0] table_index;
  logic past_table;
  assign past_table = (cell_index >> CellWidth) != '0;
  assign table_index = CellWidth'(cell_index);
  always_comb begin
    case (table_index)
      ${gaussian_cases}
      default: gain = '0;
    endcase
  end
%if stochastic_moment
  logic [DroppedWidth-1:0] moment_noise;
  logic signed [SumWidth-1:0] fading, alone, gained, joined, faded;
  assign moment_noise = ${moment_noise}[15 -: DroppedWidth];
  assign fading = BetaRest + SumWidth'($signed({1'b0, moment_noise}));
  assign alone = OneMinusBetaRest + SumWidth'($signed({1'b0, moment_noise}));
  assign gained = past_table ? '0 : SumWidth'($signed({1'b0, gain}));
  assign joined = (decayed > fresh ? fading : alone) + gained;
  assign faded = decayed + (fading >>> DroppedWidth);
  assign summed = v_is_zero ? fresh + (alone >>> DroppedWidth) : larger + (joined >>> DroppedWidth);
%else
  assign summed = v_is_zero ? fresh : past_table ? larger : larger + SumWidth'($signed({1'b0, gain}));
%end

  // Decay alone where the gradient is zero, which may fade to zero; otherwise the sum, kept within the range.
  logic [MomentWidth-1:0] v_after;
  logic fades;
  assign fades = v_is_zero || ${faded} <= MomentZero;
  always_comb begin
    if (gradient_zero_g) v_after = fades ? MomentWidth'(MomentZero) : MomentWidth'(${faded});
    else if (summed <= MomentZero) v_after = MomentWidth'(MomentLeast);
    else if (summed > MomentMax) v_after = MomentWidth'(MomentMax);
    else v_after = MomentWidth'(summed);
  end

  ${moment_registers}

  // log2 of the normalised gradient, bounded, times the learning rate.
  logic signed [LogWidth-1:0] spread, normalised, step_log2;
  assign spread = LogWidth'($signed(v_m)) - $signed(correction_i);
  assign normalised = LogWidth'($signed(gradient_log2_m)) - (spread >>> 1);
%if round_first
  // |g*| to the nearest whole number, by thresholds of its logarithm; below 1/2 nothing moves.
  localparam logic signed [LogWidth-1:0] NoStep = ${no_step};
  logic signed [LogWidth-1:0] bounded, whole_log2;
  assign bounded = normalised < LogBound ? normalised : LogBound;
  always_comb begin
    whole_log2 = '0;
    ${whole_cases}
  end
  assign step_log2 = bounded < ${whole_least} ? NoStep : whole_log2 + $signed(step_log2_i);
%else
  assign step_log2 = (normalised < LogBound ? normalised : LogBound) + $signed(step_log2_i);
%end

  ${normalise_registers}

%if stochastic_step
  // Round the logarithm to codes; 2^it is a constant of the remainder, shifted by the quotient, with as many fraction
  // bits as there are random ones. Their sum's fraction is dropped.
%else
  // Round the logarithm to codes; 2^it is a constant of the remainder, shifted by the quotient. Half a step is the
  // least that counts (quotient -1).
%end
  localparam int QuotientWidth = LogWidth - Fraction;
  localparam int ConstWidth = ${const_bits_plus_1};  // ${const_bits} fraction bits, in [1, 2)
  localparam int ShiftWidth = ${update_shift_bits};
%if stochastic_step
  localparam int NoiseWidth = ${step_fraction};
  localparam int WideWidth = ${update_wide_bits};  // constant shifted by up to ${update_most_shift}
%else
  localparam int WideWidth = ${update_wide_bits};  // constant shifted by up to ${update_most_shift}, and the rounding half
%end
  logic signed [LogWidth-1:0] rounded;
  logic signed [QuotientWidth-1:0] quotient;
  logic [ConstWidth-1:0] constant;
  logic [ShiftWidth-1:0] shift;
  logic [WideWidth-1:0] wide;
  logic [WeightWidth-2:0] delta;
  assign rounded = ($signed(step_log2_n) + $signed(LogWidth'(1 << (CodeFraction - 1)))) >>> CodeFraction;
  assign quotient = QuotientWidth'(rounded >>> ${gamma_log2});
%if gamma_log2
  logic [${gamma_log2}-1:0] remainder;
  assign remainder = rounded[${gamma_log2}-1:0];
  always_comb begin
    case (remainder)
      ${octave_cases}
      default: constant = '0;
    endcase
  end
%else
  assign constant = ConstWidth'(${octave_constant});
%end
  logic overflow;
%if stochastic_step
  logic [WeightWidth+NoiseWidth-1:0] exact;
  assign shift = ShiftWidth'(quotient + $signed(QuotientWidth'(NoiseWidth + 1)));
  assign wide = WideWidth'(constant) << shift;
  assign exact = (WeightWidth+NoiseWidth)'(wide >> (${const_bits} + 1)) + (WeightWidth+NoiseWidth)'(noise_n);
  assign overflow = exact[WeightWidth+NoiseWidth-1] || quotient >= $signed(QuotientWidth'(WeightWidth - 1));
  always_comb begin
    if (quotient < -$signed(QuotientWidth'(NoiseWidth + 1))) delta = '0;
    else if (overflow) delta = '1;
    else delta = (WeightWidth-1)'(exact >> NoiseWidth);
  end
%else
  assign shift = ShiftWidth'(quotient + $signed(QuotientWidth'(1)));
  assign wide = (WideWidth'(constant) << shift) + (WideWidth'(1) << ${const_bits});
  assign overflow = wide[WideWidth-1] || quotient >= $signed(QuotientWidth'(WeightWidth - 1));
  always_comb begin
    if (quotient < -$signed(QuotientWidth'(1))) delta = '0;
    else if (overflow) delta = '1;
    else delta = (WeightWidth-1)'(wide >> (${const_bits} + 1));
  end
%end

  ${convert_registers}

  // Step on the exponent code: shrink where gradient and weight have the same sign. A sign never changes, and
  // the code stays within 1 and the cap.
  logic signed [WeightWidth:0] moved;
  logic [WeightWidth-2:0] code;
  assign moved = weight_c[WeightWidth-1] == gradient_negative_c
      ? $signed({2'b00, weight_c[WeightWidth-2:0]}) - $signed({2'b00, delta_c})
      : $signed({2'b00, weight_c[WeightWidth-2:0]}) + $signed({2'b00, delta_c});
  assign code = moved < $signed((WeightWidth+1)'(1)) ? (WeightWidth-1)'(1)
      : moved > $signed({2'b00, cap_i}) ? cap_i : moved[WeightWidth-2:0];

  logic [WeightWidth-1:0] weight, weight_q;
  logic [MomentWidth-1:0] v_q;
  assign weight = gradient_zero_c ? weight_c : {weight_c[WeightWidth-1], code};
  ${end_registers}
  assign weight_o = weight_q;
  assign v_o = v_q;

endmodule : napier_madam_update_lane

`default_nettype wire

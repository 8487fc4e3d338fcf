${banner}
%if lns
// Converts an accumulator to an operand word: the leading one gives the octave, a comparison of the mantissa
// with ${gamma} thresholds the code within it.
%else
// Converts an accumulator to an operand word: a rounding shift, clamped to +-${int8_limit}.
%end
// ${post_stages} of the ${post_process} pipeline registers lie in here; the last is the output queue.
module napier_post_processor_lane #(
  localparam int AccumulatorWidth = ${accumulator_bits},
  localparam int OperandWidth = ${operand_bits},
  localparam int BiasWidth = ${bias_k_bits},
%if post_stages
  localparam int Stages = ${post_stages},
%end
  localparam int WordWidth = ${output_bits}  // an operand, or a raw accumulator
) (
%if post_stages
  input  logic                        clk_i,
  input  logic [Stages-1:0]           stage_en_i,  // bit k: register stage k takes a new value
%end
  // Settings, held while a job runs.
  input  logic                        relu_i,
  input  logic                        raw_i,
%if row_scales
  input  logic [BiasWidth-1:0]        bias_k_i,  // of this accumulator's row: it travels with it
%else
  input  logic [BiasWidth-1:0]        bias_k_i,
%end
%if stochastic
  input  logic [${random_bits}-1:0]             random_i,
%end
  // One accumulator; keep_i = 0 makes the word zero.
  input  logic [AccumulatorWidth-1:0] acc_i,
  input  logic                        keep_i,
  output logic [WordWidth-1:0]        word_o
);

%if lns
  localparam int CompareWidth = ${compare_bits};  // mantissa bits that are compared
  localparam int LeadingWidth = ${leading_bits};  // counts the bits of an accumulator
  localparam int PassedWidth = ${passed_bits};    // counts ${gamma} thresholds
  localparam int CodeWidth = ${code_bits};        // leading * ${gamma} + passed + bias, signed
  localparam int MaxCode = ${max_code};

  // Magnitude, and its leading one.
  logic negative;
  logic [AccumulatorWidth-1:0] magnitude;
  assign negative = acc_i[AccumulatorWidth-1];
  assign magnitude = negative ? -acc_i : acc_i;

  logic [LeadingWidth-1:0] leading;
  always_comb begin
    leading = '0;
    for (int i = 0; i < AccumulatorWidth; i++) begin
      if (magnitude[i]) leading = LeadingWidth'(i);
    end
  end

  // Normalise: drop the leading one, keep the bits after it.
  logic [AccumulatorWidth+CompareWidth-1:0] normalised;
  assign normalised = {magnitude, {CompareWidth{1'b0}}} << (LeadingWidth'(AccumulatorWidth - 1) - leading);

  logic [CompareWidth-1:0] fraction, fraction_q;
  logic [LeadingWidth-1:0] leading_q;
  logic zero, zero_q, negative_q, keep_q;
  logic [AccumulatorWidth-1:0] acc_q;
  assign fraction = CompareWidth'(normalised >> (AccumulatorWidth - 1));
  assign zero = acc_i == '0 || (negative && relu_i);
%if normalise_register
  always_ff @(posedge clk_i) begin
    if (stage_en_i[0]) begin
      {fraction_q, leading_q, zero_q, negative_q, keep_q} <= {fraction, leading, zero, negative, keep_i};
      acc_q <= acc_i;
    end
  end
%else
  assign {fraction_q, leading_q, zero_q, negative_q, keep_q} = {fraction, leading, zero, negative, keep_i};
  assign acc_q = acc_i;
%end
%if row_scales
  logic [BiasWidth-1:0] bias_q;
%if normalise_register
  always_ff @(posedge clk_i) if (stage_en_i[0]) bias_q <= bias_k_i;
%else
  assign bias_q = bias_k_i;
%end
%end
%if stochastic
  logic [${random_bits}-1:0] random_q;
%if normalise_register
  always_ff @(posedge clk_i) if (stage_en_i[0]) random_q <= random_i;
%else
  assign random_q = random_i;
%end
%end

  // Count the thresholds that the mantissa has reached: ${threshold_text}.
  logic [PassedWidth-1:0] passed, passed_q;
  assign passed =
      ${threshold_terms}

  logic [LeadingWidth-1:0] octave_q;
  logic flush_q, sign_q, pass_q;
  logic [AccumulatorWidth-1:0] raw_q;
%if compare_register
  always_ff @(posedge clk_i) begin
    if (stage_en_i[1]) begin
      {passed_q, octave_q, flush_q, sign_q, pass_q} <= {passed, leading_q, zero_q, negative_q, keep_q};
      raw_q <= acc_q;
    end
  end
%else
  assign {passed_q, octave_q, flush_q, sign_q, pass_q} = {passed, leading_q, zero_q, negative_q, keep_q};
  assign raw_q = acc_q;
%end
%if row_scales
  logic [BiasWidth-1:0] bias;
%if compare_register
  always_ff @(posedge clk_i) if (stage_en_i[1]) bias <= bias_q;
%else
  assign bias = bias_q;
%end
%else
%if stochastic
  logic [BiasWidth-1:0] bias;
  assign bias = bias_k_i;
%end
%end
%if stochastic

  // The mantissa again, and the bits that decide between its neighbours.
  logic [CompareWidth-1:0] mantissa_q;
  logic [${random_bits}-1:0] chance_q;
%if compare_register
  always_ff @(posedge clk_i) if (stage_en_i[1]) {mantissa_q, chance_q} <= {fraction_q, random_q};
%else
  assign {mantissa_q, chance_q} = {fraction_q, random_q};
%end
  logic signed [CodeWidth-1:0] lower;  // code of the lower neighbour
  assign lower = $signed(${code_expression})
      + $signed(CodeWidth'(passed_q)) + CodeWidth'($signed(bias));

  // Below code 1 the neighbours are zero and code 1: where that stands among the accumulators.
  logic below;
  logic signed [CodeWidth-1:0] first, down;
%if zero_reserved
  assign below = lower < $signed(CodeWidth'(1));
%else
  assign below = 1'b0;
%end
  assign first = $signed(CodeWidth'(1)) - CodeWidth'($signed(bias));
  assign down = (first >>> ${gamma_log2}) - $signed(CodeWidth'(octave_q));

  // Value of a code within its octave, and the distance to the next.
  logic [CompareWidth-1:0] value;
  logic [CompareWidth:0] gap;
%if gamma_log2
  logic [${gamma_log2}-1:0] remainder;
  assign remainder = below ? first[${gamma_log2}-1:0] : passed_q[${gamma_log2}-1:0];
  always_comb begin
    case (remainder)
      ${value_cases}
      default: {value, gap} = '0;
    endcase
  end
%else
  assign value = '0;
  assign gap = {1'b1, {CompareWidth{1'b0}}};
%end

  // Up with the probability distance / span.
  localparam int ChanceWidth = CompareWidth + 1 + ${random_bits};
  localparam int DownWidth = $clog2(ChanceWidth + 1);
  logic [CompareWidth:0] span, distance;
  logic [DownWidth-1:0] down_by;
  logic up;
  assign span = below ? {1'b1, value} : gap;
  assign distance = below ? {1'b1, mantissa_q} : {1'b0, mantissa_q - value};
  assign down_by = !below ? '0
      : down > $signed(CodeWidth'(ChanceWidth)) ? DownWidth'(ChanceWidth) : down[DownWidth-1:0];
  assign up = ChanceWidth'(chance_q) * ChanceWidth'(span)
      < ({distance, ${random_bits}'b0} >> down_by);
%end

  // Code on the output's scale, clamped above; what falls below the lowest code becomes ${lowest_text}.
  logic signed [CodeWidth-1:0] code;
%if stochastic
  assign code = below ? $signed(CodeWidth'(up)) : lower + $signed(CodeWidth'(up));
%else
%if row_scales
  assign code = $signed(${code_expression})
      + $signed(CodeWidth'(passed_q)) + CodeWidth'($signed(bias));
%else
  assign code = $signed(${code_expression})
      + $signed(CodeWidth'(passed_q)) + CodeWidth'($signed(bias_k_i));
%end
%end

  logic [OperandWidth-2:0] clamped;
%if zero_reserved
  logic underflow;
  assign underflow = code < $signed(CodeWidth'(1));
  assign clamped = code > $signed(CodeWidth'(MaxCode)) ? (OperandWidth-1)'(MaxCode) : code[OperandWidth-2:0];

  logic [WordWidth-1:0] word;
  always_comb begin
    if (!pass_q) word = '0;
    else if (raw_i) word = WordWidth'($signed(raw_q));
    else if (flush_q || underflow) word = '0;
    else word = WordWidth'({sign_q, clamped});
  end
%else
  assign clamped = code < $signed(CodeWidth'(0)) ? '0
      : code > $signed(CodeWidth'(MaxCode)) ? (OperandWidth-1)'(MaxCode) : code[OperandWidth-2:0];

  logic [WordWidth-1:0] word;
  always_comb begin
    if (!pass_q) word = '0;
    else if (raw_i) word = WordWidth'($signed(raw_q));
    else if (flush_q) word = '0;
    else word = WordWidth'({sign_q, clamped});
  end
%end
%else
  localparam int ShiftWidth = ${int8_shift_bits};  // counts AccumulatorWidth places
  localparam int WideWidth = ${int8_wide_bits};  // accumulator, left shift to ${int8_left} places, half an LSB
  localparam int Limit = ${int8_limit};

  // A right shift by the accumulator's width leaves 0 and a left shift by ${int8_left} saturates: more is the same.
  logic left, right_far, left_far;
  logic [ShiftWidth-1:0] right_by, left_by;
  assign left = bias_k_i[BiasWidth-1];
  assign right_far = $signed(bias_k_i) > $signed(BiasWidth'(AccumulatorWidth));
  assign left_far = $signed(bias_k_i) < -$signed(BiasWidth'(${int8_left}));
  assign right_by = right_far ? ShiftWidth'(AccumulatorWidth) : ShiftWidth'(bias_k_i);
  assign left_by = left_far ? ShiftWidth'(${int8_left}) : ShiftWidth'(-bias_k_i);

  // Shift, to nearest.
  logic signed [WideWidth-1:0] extended, half, rounded, rounded_q;
  assign extended = WideWidth'($signed(acc_i));
  assign half = (WideWidth'(1) << right_by) >> 1;
  assign rounded = left ? (extended <<< left_by) : ((extended + half) >>> right_by);

  logic zero, zero_q, keep_q;
  logic [AccumulatorWidth-1:0] acc_q;
  assign zero = acc_i[AccumulatorWidth-1] && relu_i;
%if normalise_register
  always_ff @(posedge clk_i) begin
    if (stage_en_i[0]) {rounded_q, zero_q, keep_q, acc_q} <= {rounded, zero, keep_i, acc_i};
  end
%else
  assign {rounded_q, zero_q, keep_q, acc_q} = {rounded, zero, keep_i, acc_i};
%end

  // Clamp.
  logic [OperandWidth-1:0] clamped;
  assign clamped = rounded_q > $signed(WideWidth'(Limit)) ? OperandWidth'(Limit)
      : rounded_q < -$signed(WideWidth'(Limit)) ? OperandWidth'(-Limit) : rounded_q[OperandWidth-1:0];

  logic [WordWidth-1:0] word;
  always_comb begin
    if (!keep_q) word = '0;
    else if (raw_i) word = WordWidth'($signed(acc_q));
    else if (zero_q) word = '0;
    else word = WordWidth'(clamped);
  end
%end

  logic [WordWidth-1:0] word_q;
  ${end_registers}
  assign word_o = word_q;

endmodule : napier_post_processor_lane

`default_nettype wire

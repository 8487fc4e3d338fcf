${banner}
// Converts an accumulator to a ${format_name} word: to the nearest number, ties to the even code, subnormal numbers
// included, clamped to the largest.
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
  input  logic [BiasWidth-1:0]        bias_k_i,  // the accumulator stands for acc_i * 2^-bias_k_i
  // One accumulator; keep_i = 0 makes the word zero.
  input  logic [AccumulatorWidth-1:0] acc_i,
  input  logic                        keep_i,
  output logic [WordWidth-1:0]        word_o
);

  localparam int MantissaWidth = ${fp_mantissa_bits};
  localparam int SignificandWidth = MantissaWidth + 3;  // hidden one, mantissa, guard, sticky
  localparam int LeadingWidth = ${leading_bits};        // counts the bits of an accumulator
  localparam int ExponentWidth = ${fp_wide_exponent_bits};      // leading - bias_k + bias of the format, signed
  localparam int FormatBias = ${fp_bias};
  localparam int DownWidth = ${fp_down_bits};           // counts SignificandWidth places
  localparam int CodeWidth = ExponentWidth + MantissaWidth;
  localparam int MaxCode = ${fp_max_code};

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

  // Normalise: the leading one to the top; what lies below the guard bit sticks in one bit.
  logic [AccumulatorWidth-1:0] normalised;
  assign normalised = magnitude << (LeadingWidth'(AccumulatorWidth - 1) - leading);

  logic [SignificandWidth-1:0] significand, significand_q;
  logic [LeadingWidth-1:0] leading_q;
  logic zero, zero_q, negative_q, keep_q;
  logic [AccumulatorWidth-1:0] acc_q;
  assign significand = {normalised[AccumulatorWidth-1 -: SignificandWidth-1],
                        |normalised[AccumulatorWidth-SignificandWidth:0]};
  assign zero = acc_i == '0 || (negative && relu_i);
%if normalise_register
  always_ff @(posedge clk_i) begin
    if (stage_en_i[0]) begin
      {significand_q, leading_q, zero_q, negative_q, keep_q} <= {significand, leading, zero, negative, keep_i};
      acc_q <= acc_i;
    end
  end
%else
  assign {significand_q, leading_q, zero_q, negative_q, keep_q} = {significand, leading, zero, negative, keep_i};
  assign acc_q = acc_i;
%end

  // Exponent field of the result; below 1 the number is subnormal and its significand moves right.
  logic signed [ExponentWidth-1:0] exponent, missing;
  logic subnormal;
  logic [DownWidth-1:0] down_by;
  assign exponent = $signed(ExponentWidth'(leading_q)) - ExponentWidth'($signed(bias_k_i))
      + $signed(ExponentWidth'(FormatBias));
  assign missing = $signed(ExponentWidth'(1)) - exponent;
  assign subnormal = missing > $signed(ExponentWidth'(0));
  assign down_by = !subnormal ? '0
      : missing > $signed(ExponentWidth'(SignificandWidth)) ? DownWidth'(SignificandWidth) : missing[DownWidth-1:0];

  logic [2*SignificandWidth-1:0] moved;
  assign moved = {significand_q, {SignificandWidth{1'b0}}} >> down_by;

  // Round to the nearest, a tie to the even code.
  logic [MantissaWidth:0] kept;
  logic guard, sticky, up;
  assign kept = moved[2*SignificandWidth-1 -: MantissaWidth+1];
  assign guard = moved[SignificandWidth+1];
  assign sticky = |moved[SignificandWidth:0];
  assign up = guard && (sticky || kept[0]);

  // The hidden one of a normal number counts as one exponent, and so does what rounding carries into.
  logic signed [CodeWidth-1:0] base, code;
  assign base = subnormal ? '0 : {exponent - $signed(ExponentWidth'(1)), {MantissaWidth{1'b0}}};
  assign code = base + $signed(CodeWidth'(kept)) + $signed(CodeWidth'(up));

  logic [OperandWidth-2:0] clamped;
  assign clamped = code > $signed(CodeWidth'(MaxCode)) ? (OperandWidth-1)'(MaxCode) : code[OperandWidth-2:0];

  logic [WordWidth-1:0] word;
  always_comb begin
    if (!keep_q) word = '0;
    else if (raw_i) word = WordWidth'($signed(acc_q));
    else if (zero_q) word = '0;
    else word = WordWidth'({negative_q, clamped});
  end

  logic [WordWidth-1:0] word_q;
  ${end_registers}
  assign word_o = word_q;

endmodule : napier_post_processor_lane

`default_nettype wire

// models/units/post_processor.cpp in whole numbers.
module unit (
  input  logic [${accumulator_bits}+18+${random_input_bits}:0] in_i,
  output logic [${output_bits}-1:0] out_o
);
  logic keep, relu, raw, negative;
  logic signed [63:0] acc, bias, magnitude, code, rounded, half;
  assign acc = 64'($signed(in_i[0 +: ${accumulator_bits}]));
  assign keep = in_i[${accumulator_bits}];
  assign relu = in_i[${accumulator_bits}+1];
  assign raw = in_i[${accumulator_bits}+2];
  assign bias = 64'($signed(in_i[${accumulator_bits}+3 +: 16]));
  assign negative = in_i[${accumulator_bits}-1];
  assign magnitude = negative ? -acc : acc;

%if lns
  // Code of the magnitude on a scale without bias: the first magnitude of each code, as found by asking the exact
  // function.
  logic signed [63:0] reached;
  always_comb begin
    reached = 64'sd0;
    ${boundaries}
  end
%if stochastic

  // Between two codes the random bits choose.
  logic signed [63:0] octave, fraction, lower, value, next, first, first_value, down, random, span, distance;
  logic up;
  assign random = 64'(in_i[${accumulator_bits}+19 +: 16]);
  always_comb begin
    octave = 64'sd0;
    for (int i = 1; i < ${accumulator_bits}; i++) if (magnitude[i]) octave = 64'(i);
  end
  always_comb begin
    if (octave >= ${compare_bits}) fraction = (magnitude - (64'sd1 << octave)) >> (octave - ${compare_bits});
    else fraction = (magnitude - (64'sd1 << octave)) << (${compare_bits} - octave);
  end
  assign lower = reached + bias;
  assign first = 64'sd1 - bias;
  always_comb begin
    value = 64'sd0;
    next = 64'sd1 << ${compare_bits};
    first_value = 64'sd0;
    ${code_values}
  end
  assign down = (first >>> ${gamma_log2}) - octave;
%if zero_reserved
  assign up = lower < 64'sd1
      ? down < 64'sd64 && random * ((64'sd1 << ${compare_bits}) + first_value)
          < ((((64'sd1 << ${compare_bits}) + fraction) << 16) >> down[5:0])
      : random * (next - value) < ((fraction - value) << 16);
%else
  assign up = random * (next - value) < ((fraction - value) << 16);
%end
  always_comb begin
    code = lower + 64'(up);
%if zero_reserved
    if (up && code < 64'sd1) code = 64'sd1;
    if (!up) code = lower;
%end
  end
%else
  assign code = reached + bias;
%end

  always_comb begin
    out_o = '0;
    if (keep && raw) out_o = acc[${output_bits}-1:0];
    else if (keep && acc != 64'sd0 && !(negative && relu)) begin
      if (code > 64'sd${max_code}) begin
        out_o[${operand_bits}-2:0] = ${code_width}'d${max_code};
        out_o[${operand_bits}-1] = negative;
%if zero_reserved
      end else if (code >= 64'sd1) begin
%else
      end else if (code < 64'sd0) begin
        out_o[${operand_bits}-1] = negative;
      end else begin
%end
        out_o[${operand_bits}-2:0] = code[${operand_bits}-2:0];
        out_o[${operand_bits}-1] = negative;
      end
    end
  end
%else
  // A right shift to nearest, or a left shift; more than 40 and -31 change nothing any more.
  logic signed [63:0] shift;
  assign shift = bias > 64'sd40 ? 64'sd40 : bias < -64'sd31 ? -64'sd31 : bias;
  always_comb begin
    if (shift > 64'sd0) rounded = (acc + (64'sd1 << (shift[5:0] - 6'd1))) >>> shift[5:0];
    else rounded = acc * (64'sd1 << (-shift));
  end
  always_comb begin
    out_o = '0;
    if (keep && raw) out_o = acc[${output_bits}-1:0];
    else if (keep && !(negative && relu)) begin
      if (rounded > 64'sd127) out_o[7:0] = 8'd127;
      else if (rounded < -64'sd127) out_o[7:0] = 8'd129;
      else out_o[7:0] = rounded[7:0];
    end
  end
%end
endmodule

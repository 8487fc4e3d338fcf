// models/units/post_processor.cpp for FP8 in whole numbers: the code is the count of midpoints between neighbouring
// numbers that the magnitude has passed. Numbers are in units of half the smallest subnormal one.
module unit (
  input  logic [${accumulator_bits}+18:0] in_i,
  output logic [${output_bits}-1:0] out_o
);
  logic keep, relu, raw, negative;
  logic signed [95:0] acc, magnitude, bias, up, left, right, value;
  logic [${operand_bits}-2:0] code;
  assign acc = 96'($signed(in_i[0 +: ${accumulator_bits}]));
  assign keep = in_i[${accumulator_bits}];
  assign relu = in_i[${accumulator_bits}+1];
  assign raw = in_i[${accumulator_bits}+2];
  assign bias = 96'($signed(in_i[${accumulator_bits}+3 +: 16]));
  assign negative = in_i[${accumulator_bits}-1];
  assign magnitude = negative ? -acc : acc;

  // The magnitude is magnitude * 2^up units. Beyond 40 places either way nothing is left to decide.
  assign up = 96'sd${fp_unit_log2} - bias;
  assign left = up > 96'sd40 ? 96'sd40 : up > 96'sd0 ? up : 96'sd0;
  assign right = up < -96'sd40 ? 96'sd40 : up < 96'sd0 ? -up : 96'sd0;
  assign value = magnitude << left[5:0];

  // A tie goes to the even code.
  always_comb begin
    code = '0;
    ${midpoints}
  end

  always_comb begin
    out_o = '0;
    if (keep && raw) out_o = acc[${output_bits}-1:0];
    else if (keep && acc != 96'sd0 && !(negative && relu)) begin
      out_o[${operand_bits}-2:0] = code;
      out_o[${operand_bits}-1] = negative;
    end
  end
endmodule

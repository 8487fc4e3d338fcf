// models/units/post_processor.cpp for FP8 in whole numbers: the code is the count of midpoints between neighbouring
// numbers that the magnitude has passed. Numbers are in units of half the smallest subnormal one.
module unit (
  input  logic [${accumulator_bits}+18:0] in_i,
  output logic [${output_bits}-1:0] out_o
);
  logic keep, relu, raw, negative;
  logic signed [63:0] acc, magnitude, bias, up;
  logic [6:0] places;
  logic [127:0] value;
  logic [${operand_bits}-2:0] code;
  assign acc = 64'($signed(in_i[0 +: ${accumulator_bits}]));
  assign keep = in_i[${accumulator_bits}];
  assign relu = in_i[${accumulator_bits}+1];
  assign raw = in_i[${accumulator_bits}+2];
  assign bias = 64'($signed(in_i[${accumulator_bits}+3 +: 16]));
  assign negative = in_i[${accumulator_bits}-1];
  assign magnitude = negative ? -acc : acc;

  // The magnitude is magnitude * 2^up units. Beyond 40 places either way nothing is left to decide; 40 more keep
  // what lies below a unit.
  assign up = 64'sd${fp_unit_log2} - bias;
  assign places = up > 64'sd40 ? 7'd80 : up < -64'sd40 ? 7'd0 : 7'(up + 64'sd40);
  assign value = 128'(magnitude[${accumulator_bits}:0]) << places;

  // A tie goes to the even code.
  always_comb begin
    code = '0;
    ${midpoints}
  end

  always_comb begin
    out_o = '0;
    if (keep && raw) out_o = acc[${output_bits}-1:0];
    else if (keep && acc != 64'sd0 && !(negative && relu)) begin
      out_o[${operand_bits}-2:0] = code;
      out_o[${operand_bits}-1] = negative;
    end
  end
endmodule

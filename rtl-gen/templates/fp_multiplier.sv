${banner}
// Multiplies two ${format_name} numbers exactly: the significands multiply, the exponents add, the signs XOR.
// Infinities and NaN do not come here.
module napier_fp_multiplier #(
  localparam int ExponentWidth = ${fp_exponent_bits},
  localparam int MantissaWidth = ${fp_mantissa_bits},
  localparam int OperandWidth = ${operand_bits},          // sign, exponent, mantissa
  localparam int SignificandWidth = ${significand_bits},  // product of two significands, hidden bits included
  localparam int SumWidth = ${exponent_sum_bits}          // sum of two exponents
) (
  input  logic [OperandWidth-1:0]     a_i,
  input  logic [OperandWidth-1:0]     b_i,
  output logic [SignificandWidth-1:0] significand_o,
  output logic [SumWidth-1:0]         exponent_o,  // a subnormal number and a zero count 1
  output logic                        negative_o
);

  logic [ExponentWidth-1:0] a_field, b_field;
  assign a_field = a_i[MantissaWidth +: ExponentWidth];
  assign b_field = b_i[MantissaWidth +: ExponentWidth];

  // A normal number has a hidden one; a subnormal number has none, and the exponent of the smallest normal one.
  logic a_normal, b_normal;
  assign a_normal = a_field != '0;
  assign b_normal = b_field != '0;

  logic [MantissaWidth:0] a_significand, b_significand;
  assign a_significand = {a_normal, a_i[MantissaWidth-1:0]};
  assign b_significand = {b_normal, b_i[MantissaWidth-1:0]};

  logic [ExponentWidth-1:0] a_exponent, b_exponent;
  assign a_exponent = {a_field[ExponentWidth-1:1], a_field[0] | !a_normal};
  assign b_exponent = {b_field[ExponentWidth-1:1], b_field[0] | !b_normal};

  assign significand_o = SignificandWidth'(a_significand) * SignificandWidth'(b_significand);
  assign exponent_o = SumWidth'(a_exponent) + SumWidth'(b_exponent);
  assign negative_o = a_i[OperandWidth-1] ^ b_i[OperandWidth-1];

endmodule : napier_fp_multiplier

`default_nettype wire

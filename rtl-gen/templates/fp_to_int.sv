${banner}
// Converts a product to the magnitude of an integer term: significand << exponent, aligned to ${term_fraction} bits
// below the top octave of products, ${rounding_text}.
module napier_fp_to_int #(
  localparam int SignificandWidth = ${significand_bits},
  localparam int ExponentWidth = ${exponent_sum_bits},
  localparam int TermWidth = ${term_bits}  // terms are below 2^${term_bits}
) (
  input  logic [SignificandWidth-1:0] significand_i,
  input  logic [ExponentWidth-1:0]    exponent_i,
  output logic [TermWidth-1:0]        magnitude_o
);

  localparam int TermShift = ${term_shift};  // bits of the shifted significand below a term's lowest bit
  localparam int ShiftedWidth = TermShift + TermWidth;

  logic [ShiftedWidth-1:0] shifted;
%if half_up
  assign shifted = (ShiftedWidth'(significand_i) << exponent_i) + (ShiftedWidth'(1) << (TermShift - 1));
%else
  assign shifted = ShiftedWidth'(significand_i) << exponent_i;
%end
  assign magnitude_o = TermWidth'(shifted >> TermShift);

endmodule : napier_fp_to_int

`default_nettype wire

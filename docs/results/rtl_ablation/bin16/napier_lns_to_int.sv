`default_nettype none
// Converts a product to an integer term: mantissa << quotient, aligned to 16 bits below the top
// octave, the rest dropped.
// The 3 high remainder bits choose the bin that the term is summed in; Mitchell's rule folds the
// others in: mantissa = 8 + low remainder bits.
module napier_lns_to_int #(
  localparam int ExponentWidth = 8,
  localparam int BinWidth = 3,
  localparam int TermWidth = 17  // terms are below 2^17; one bit more for rounding
) (
  input  logic [ExponentWidth-1:0] exponent_i,
  input  logic                     negative_i,
  input  logic                     zero_i,
  output logic [TermWidth-1:0]     magnitude_o,
  output logic [BinWidth-1:0]      bin_o,
  output logic                     negative_o
);

  localparam int RemainderWidth = 3;  // gamma = 8 codes an octave
  localparam int QuotientWidth = ExponentWidth - RemainderWidth;
  localparam int MantissaWidth = 4;  // 3 fraction bits, in [1, 2)
  localparam int TermShift = 18;  // bits that fall below a term's lowest bit
  localparam int ShiftedWidth = TermShift + TermWidth;

  // Split the exponent: quotient octaves, remainder codes.
  logic [QuotientWidth-1:0] quotient;
  assign quotient = exponent_i[ExponentWidth-1:RemainderWidth];

  // Mantissa of the remainder.
  logic [MantissaWidth-1:0] mantissa;
  assign mantissa = {1'b1, 3'd0};

  // Shift by the quotient and align; what falls below the lowest bit is dropped.
  logic [ShiftedWidth-1:0] shifted;
  assign shifted = ShiftedWidth'(mantissa) << quotient;
  assign magnitude_o = zero_i ? '0 : TermWidth'(shifted >> TermShift);
  assign bin_o = exponent_i[RemainderWidth-1 -: BinWidth];
  assign negative_o = negative_i && !zero_i;

endmodule : napier_lns_to_int

`default_nettype wire

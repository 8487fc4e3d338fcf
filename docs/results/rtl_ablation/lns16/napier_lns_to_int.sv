`default_nettype none
// Converts a product to an integer term: mantissa << quotient, aligned to 16 bits below the top
// octave, the rest dropped.
// The mantissa is round(2^(remainder/8) * 2^8), from a table.
module napier_lns_to_int #(
  localparam int ExponentWidth = 8,
  localparam int TermWidth = 17  // terms are below 2^17; one bit more for rounding
) (
  input  logic [ExponentWidth-1:0] exponent_i,
  input  logic                     negative_i,
  input  logic                     zero_i,
  output logic [TermWidth-1:0]     magnitude_o,
  output logic                     negative_o
);

  localparam int RemainderWidth = 3;  // gamma = 8 codes an octave
  localparam int QuotientWidth = ExponentWidth - RemainderWidth;
  localparam int MantissaWidth = 9;  // 8 fraction bits, in [1, 2)
  localparam int TermShift = 23;  // bits that fall below a term's lowest bit
  localparam int ShiftedWidth = TermShift + TermWidth;

  // Split the exponent: quotient octaves, remainder codes.
  logic [QuotientWidth-1:0] quotient;
  assign quotient = exponent_i[ExponentWidth-1:RemainderWidth];
  logic [RemainderWidth-1:0] remainder;
  assign remainder = exponent_i[RemainderWidth-1:0];

  // Mantissa of the remainder.
  logic [MantissaWidth-1:0] mantissa;
  always_comb begin
    case (remainder)
      3'd0: mantissa = 9'd256;
      3'd1: mantissa = 9'd279;
      3'd2: mantissa = 9'd304;
      3'd3: mantissa = 9'd332;
      3'd4: mantissa = 9'd362;
      3'd5: mantissa = 9'd395;
      3'd6: mantissa = 9'd431;
      3'd7: mantissa = 9'd470;
      default: mantissa = '0;
    endcase
  end

  // Shift by the quotient and align; what falls below the lowest bit is dropped.
  logic [ShiftedWidth-1:0] shifted;
  assign shifted = ShiftedWidth'(mantissa) << quotient;
  assign magnitude_o = zero_i ? '0 : TermWidth'(shifted >> TermShift);
  assign negative_o = negative_i && !zero_i;

endmodule : napier_lns_to_int

`default_nettype wire

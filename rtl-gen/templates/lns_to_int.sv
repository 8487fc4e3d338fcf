${banner}
// Converts a product to an integer term: mantissa << quotient, aligned to ${term_fraction} bits below the top
// octave, ${rounding_text}.
%if per_element
// The mantissa is round(2^(remainder/${gamma}) * 2^${const_bits}), from a table.
%else
// The ${bin_bits} high remainder bits choose the bin that the term is summed in; Mitchell's rule folds the
// others in: mantissa = ${gamma} + low remainder bits.
%end
module napier_lns_to_int #(
  localparam int ExponentWidth = ${product_bits},
%if bin_bits
  localparam int BinWidth = ${bin_bits},
%end
  localparam int TermWidth = ${term_bits}  // terms are below 2^${term_fraction_plus_1}; one bit more for rounding
) (
  input  logic [ExponentWidth-1:0] exponent_i,
  input  logic                     negative_i,
  input  logic                     zero_i,
  output logic [TermWidth-1:0]     magnitude_o,
%if bin_bits
  output logic [BinWidth-1:0]      bin_o,
%end
  output logic                     negative_o
);

  localparam int RemainderWidth = ${gamma_log2};  // gamma = ${gamma} codes an octave
  localparam int QuotientWidth = ExponentWidth - RemainderWidth;
  localparam int MantissaWidth = ${mantissa_bits};  // ${mantissa_fraction} fraction bits, in [1, 2)
  localparam int ResultWidth = ${result_bits};  // ${result_reason}
  localparam int ShiftedWidth = ${shifted_bits};  // ${shifted_reason}

  // Split the exponent: quotient octaves, remainder codes.
  logic [QuotientWidth-1:0] quotient;
  assign quotient = exponent_i[ExponentWidth-1:RemainderWidth];
%if table_mantissa
  logic [RemainderWidth-1:0] remainder;
  assign remainder = exponent_i[RemainderWidth-1:0];
%end

  // Mantissa of the remainder.
  logic [MantissaWidth-1:0] mantissa;
%if table_mantissa
  always_comb begin
    case (remainder)
      ${mantissa_cases}
      default: mantissa = '0;
    endcase
  end
%else
  assign mantissa = ${mantissa_expression};
%end

  // Aligned for the largest quotient, then one octave down for each that it lacks; what falls below the lowest bit is
  // dropped. Zero is made in the last step.
  ${shift_steps}
%if half_up
  assign magnitude_o = TermWidth'(shifted >> 1) + TermWidth'(shifted[0]);
%else
  assign magnitude_o = TermWidth'(shifted);
%end
%if bin_bits
  assign bin_o = exponent_i[RemainderWidth-1 -: BinWidth];
%end
  assign negative_o = negative_i && !zero_i;

endmodule : napier_lns_to_int

`default_nettype wire

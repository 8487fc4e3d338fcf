${banner}
// Multiplies two words of the logarithmic number system: the exponent codes add, the signs XOR.
module napier_lns_multiplier #(
  localparam int OperandWidth = ${operand_bits},  // sign, exponent code
  localparam int ExponentWidth = ${product_bits}  // a sum of two codes: one bit more than a code
) (
  input  logic [OperandWidth-1:0]  a_i,
  input  logic [OperandWidth-1:0]  b_i,
  output logic [ExponentWidth-1:0] exponent_o,
  output logic                     negative_o,
  output logic                     zero_o
);

  localparam int CodeWidth = OperandWidth - 1;

  assign exponent_o = {1'b0, a_i[CodeWidth-1:0]} + {1'b0, b_i[CodeWidth-1:0]};
  assign negative_o = a_i[OperandWidth-1] ^ b_i[OperandWidth-1];
%if zero_reserved
  // Exponent code 0 is reserved for zero.
  assign zero_o = (a_i[CodeWidth-1:0] == '0) || (b_i[CodeWidth-1:0] == '0);
%else
  // The format has no zero.
  assign zero_o = 1'b0;
%end

endmodule : napier_lns_multiplier

`default_nettype wire

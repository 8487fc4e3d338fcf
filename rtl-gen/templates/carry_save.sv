${banner}
// Carry-save adder: turns three addends into two, a_i + b_i + c_i = sum_o + 2 * carry_o. One full adder a bit:
// a synthesis flow may put its library's full-adder cells here.
module napier_carry_save #(
  parameter int Width = 1
) (
  input  logic [Width-1:0] a_i,
  input  logic [Width-1:0] b_i,
  input  logic [Width-1:0] c_i,
  output logic [Width-1:0] sum_o,
  output logic [Width-1:0] carry_o
);

  assign sum_o   = a_i ^ b_i ^ c_i;
  assign carry_o = (a_i & b_i) | (c_i & (a_i ^ b_i));

endmodule : napier_carry_save

`default_nettype wire

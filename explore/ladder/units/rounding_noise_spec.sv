// models/base/simon.hpp, round by round.
module unit (
  input  logic [95:0] in_i,
  output logic [31:0] out_o
);
  ${rounds}
endmodule

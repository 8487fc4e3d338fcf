${banner}
// Random bits of an index: ${noise_rounds} rounds of Simon32/64 (Beaulieu et al., IACR ePrint 2013/404) in counter mode.
module napier_rounding_noise #(
  localparam int RoundKeysWidth = ${round_keys_bits}
) (
  input  logic [RoundKeysWidth-1:0] round_keys_i,  // of the first round lowest
  input  logic [31:0]               index_i,
  output logic [31:0]               noise_o
);

  localparam int Rounds = ${noise_rounds};

  function automatic logic [31:0] scrambled(input logic [31:0] index, input logic [RoundKeysWidth-1:0] keys);
    logic [15:0] x, y, mixed;
    {x, y} = index;
    for (int round = 0; round < Rounds; round++) begin
      mixed = y ^ ({x[14:0], x[15]} & {x[7:0], x[15:8]}) ^ {x[13:0], x[15:14]} ^ keys[16*round +: 16];
      y = x;
      x = mixed;
    end
    scrambled = {x, y};
  endfunction

  assign noise_o = scrambled(index_i, round_keys_i);

endmodule : napier_rounding_noise

`default_nettype wire

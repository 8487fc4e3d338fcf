${banner}
// Key schedule of napier_rounding_noise: Simon32/64's, ${noise_rounds} keys of 16 bits of a key of 64.
module napier_rounding_keys #(
  localparam int RoundKeysWidth = ${round_keys_bits}
) (
  input  logic [63:0]               key_i,
  output logic [RoundKeysWidth-1:0] round_keys_o  // of the first round lowest
);

  localparam int Rounds = ${noise_rounds};
  localparam logic [Rounds-5:0] Sequence = ${noise_sequence};  // z0 of the paper, its first bit lowest

  function automatic logic [RoundKeysWidth-1:0] expanded(input logic [63:0] key);
    logic [15:0] mixed;
    expanded = '0;
    expanded[63:0] = key;
    for (int round = 4; round < Rounds; round++) begin
      mixed = {expanded[16*(round-1) +: 3], expanded[16*(round-1)+3 +: 13]} ^ expanded[16*(round-3) +: 16];
      expanded[16*round +: 16] = ~expanded[16*(round-4) +: 16] ^ mixed ^ {mixed[0], mixed[15:1]}
          ^ {14'd0, 1'b1, !Sequence[round-4]};
    end
  endfunction

  assign round_keys_o = expanded(key_i);

endmodule : napier_rounding_keys

`default_nettype wire

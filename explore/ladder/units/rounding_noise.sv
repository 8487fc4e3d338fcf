// in_i: index, key; out_o: random bits.
module unit (
  input  logic [95:0] in_i,
  output logic [31:0] out_o
);
  logic [${round_keys_bits}-1:0] round_keys;
  napier_rounding_keys u_keys (
    .key_i        (in_i[95:32]),
    .round_keys_o (round_keys)
  );
  napier_rounding_noise u_dut (
    .round_keys_i (round_keys),
    .index_i      (in_i[31:0]),
    .noise_o      (out_o)
  );
endmodule

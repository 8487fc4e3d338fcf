${banner}
// Whose turn it is when words are dealt to, or taken from, a set of elements: chunk words of each, of the highest one
// chunk_last, beginning with the lowest and going round.
module napier_turns #(
  localparam int Elements = ${elements}
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                start_i,       // takes the set and the chunks
  input  logic [Elements-1:0] elements_i,
  input  logic [15:0]         chunk_i,
  input  logic [15:0]         chunk_last_i,
  input  logic                step_i,        // a word has been dealt
  output logic [Elements-1:0] turn_o         // one bit
);

  function automatic logic [Elements-1:0] lowest(input logic [Elements-1:0] set);
    lowest = set & (~set + 1'b1);
  endfunction

  // Bits above the only one of `one`.
  function automatic logic [Elements-1:0] above(input logic [Elements-1:0] one);
    above = ~(one | (one - 1'b1));
  endfunction

  logic [Elements-1:0] elements_q, turn_q, higher, next;
  logic [15:0] chunk_q, chunk_last_q, left_q;
  logic first_is_highest, next_is_highest;
  assign higher = elements_q & above(turn_q);
  assign next = higher != '0 ? lowest(higher) : lowest(elements_q);
  assign next_is_highest = (elements_q & above(next)) == '0;
  assign first_is_highest = (elements_i & above(lowest(elements_i))) == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      turn_q <= '0;
      left_q <= '0;
    end else if (start_i) begin
      turn_q <= lowest(elements_i);
      left_q <= first_is_highest ? chunk_last_i : chunk_i;
    end else if (step_i) begin
      if (left_q == 16'd1) begin
        turn_q <= next;
        left_q <= next_is_highest ? chunk_last_q : chunk_q;
      end else begin
        left_q <= left_q - 1'b1;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      elements_q   <= elements_i;
      chunk_q      <= chunk_i;
      chunk_last_q <= chunk_last_i;
    end
  end

  assign turn_o = turn_q;

endmodule : napier_turns

`default_nettype wire

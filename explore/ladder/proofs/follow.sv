// Follows one freely chosen word from its entry into a block to its exit. Bad is: a word that leaves where none is
// inside (doubled), the chosen word's place taken by another (lost, overtaken, changed), more words inside than the
// block can hold, a wait for a word that is inside beyond ${patience} cycles, and valid or data that change before ready.
module follow #(
  parameter int Width = 1,
  parameter int Most = 4,       // words that fit into the block
  parameter int Patience = 0    // cycles that a word may be inside without one being offered; 0: any
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             choose_i,
  input  logic             enter_i,
  input  logic [Width-1:0] enter_data_i,
  input  logic             valid_i,
  input  logic             ready_i,
  input  logic [Width-1:0] data_i,
  output logic             bad_o
);
  logic [5:0] inside_q, ahead_q, waited_q;
  logic chosen_q, held_q, bad_q, leave;
  logic [Width-1:0] word_q, held_data_q;
  assign leave = valid_i && ready_i;
  assign bad_o = bad_q
      || (valid_i && inside_q == '0)
      || (valid_i && chosen_q && ahead_q == '0 && data_i != word_q)
      || inside_q > 6'(Most)
      || (held_q && (!valid_i || data_i != held_data_q))
      || (Patience != 0 && waited_q > 6'(Patience));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      inside_q <= '0;
      ahead_q  <= '0;
      waited_q <= '0;
      chosen_q <= 1'b0;
      held_q   <= 1'b0;
      bad_q    <= 1'b0;
    end else begin
      bad_q <= bad_o;
      inside_q <= inside_q + 6'(enter_i) - 6'(leave);
      held_q <= valid_i && !ready_i;
      waited_q <= inside_q != '0 && !valid_i && waited_q != '1 ? waited_q + 6'd1 : '0;
      if (enter_i && choose_i && !chosen_q) begin
        chosen_q <= 1'b1;
        ahead_q  <= inside_q - 6'(leave);
      end else if (leave && chosen_q) begin
        if (ahead_q == '0) chosen_q <= 1'b0;
        ahead_q <= ahead_q - 6'd1;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (enter_i && choose_i && !chosen_q) word_q <= enter_data_i;
    held_data_q <= data_i;
  end
endmodule

// Reset in the first cycle.
module first_reset (
  input  logic clk_i,
  output logic rst_no
);
  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;
  assign rst_no = started_q;
endmodule

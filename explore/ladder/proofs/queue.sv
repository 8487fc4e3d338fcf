module proof (
  input  logic       clk_i,
  input  logic       choose_i, push_i, pop_i,
  input  logic [1:0] data_i,
  output logic       bad_o
);
  logic rst_n, not_empty, not_full, push, bad;
  logic [1:0] head;
  first_reset u_reset (.clk_i(clk_i), .rst_no(rst_n));
  assign push = push_i && not_full && rst_n;
  napier_queue #(.Width(2), .Depth(${depth})) u_dut (
    .clk_i(clk_i), .rst_ni(rst_n), .push_i(push), .data_i(data_i), .pop_i(pop_i && not_empty && rst_n),
    .not_empty_o(not_empty), .not_full_o(not_full), .head_o(head)
  );
  logic [5:0] count_q;
  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) count_q <= '0;
    else count_q <= count_q + 6'(push) - 6'(pop_i && not_empty);
  end
  follow #(.Width(2), .Most(${depth})) u_follow (
    .clk_i(clk_i), .rst_ni(rst_n), .choose_i(choose_i), .enter_i(push), .enter_data_i(data_i),
    .valid_i(not_empty), .ready_i(pop_i), .data_i(head), .bad_o(bad)
  );
  // Offered exactly while words are inside, full exactly with ${depth} of them.
  assign bad_o = rst_n && (bad || not_empty != (count_q != '0) || not_full != (count_q != 6'd${depth}));
endmodule

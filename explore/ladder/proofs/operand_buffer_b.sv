module proof (
  input  logic clk_i,
  input  logic choose_i, fill_valid_i, out_ready_i,
  input  logic [${vector_width}-1:0] fill_i,
  output logic bad_o
);
  logic rst_n, fill_ready, out_valid, bad;
  logic [${vector_width}-1:0] out;
  first_reset u_reset (.clk_i(clk_i), .rst_no(rst_n));
  napier_operand_buffer_b u_dut (
    .clk_i(clk_i), .rst_ni(rst_n), .fill_valid_i(fill_valid_i), .fill_ready_o(fill_ready), .fill_i(fill_i),
    .out_valid_o(out_valid), .out_ready_i(out_ready_i), .out_o(out)
  );
  follow #(.Width(${vector_width}), .Most(${depth} + 1), .Patience(1)) u_follow (
    .clk_i(clk_i), .rst_ni(rst_n), .choose_i(choose_i), .enter_i(fill_valid_i && fill_ready), .enter_data_i(fill_i),
    .valid_i(out_valid), .ready_i(out_ready_i), .data_i(out), .bad_o(bad)
  );
  // Room for a word is never refused.
  logic [5:0] stored_q;
  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) stored_q <= '0;
    else stored_q <= stored_q + 6'(fill_valid_i && fill_ready) - 6'(out_valid && out_ready_i);
  end
  assign bad_o = rst_n && (bad || (!fill_ready && stored_q < 6'd${depth}));
endmodule

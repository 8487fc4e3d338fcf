// Raw words, so that each can be told from the others as it comes out.
module proof (
  input  logic clk_i,
  input  logic choose_i, drain_valid_i, out_ready_i,
  input  logic [${bias_word_bits}-1:0] drain_i,
  output logic bad_o
);
  logic rst_n, drain_ready, out_valid, idle, bad;
  logic [${out_word_bits}-1:0] out;
  first_reset u_reset (.clk_i(clk_i), .rst_no(rst_n));
  napier_post_processor u_dut (
    .clk_i(clk_i), .rst_ni(rst_n), .relu_i(1'b0), .raw_i(1'b1), .has_mask_i(1'b0), .bias_k_i(16'd0),
%if placed
    .start_i(1'b0), .m_tiles_i(16'd1), .n_tiles_i(16'd1), .n_last_i('0), .g_last_i('0),
%end
%if stochastic
    .random_key_i(64'd0),
%end
%if row_scales
    .has_row_scales_i(1'b0), .scale_write_i(1'b0), .scale_write_group_i('0), .scale_data_i('0),
%end
    .drain_valid_i(drain_valid_i && rst_n), .drain_ready_o(drain_ready), .drain_i(drain_i),
    .mask_valid_i(1'b0), .mask_ready_o(), .mask_i('0),
    .out_valid_o(out_valid), .out_ready_i(out_ready_i), .out_o(out), .idle_o(idle)
  );
  follow #(.Width(${out_word_bits}), .Most(${post_depth}), .Patience(${post_process})) u_follow (
    .clk_i(clk_i), .rst_ni(rst_n), .choose_i(choose_i), .enter_i(drain_valid_i && drain_ready && rst_n),
    .enter_data_i(drain_i), .valid_i(out_valid), .ready_i(out_ready_i), .data_i(out), .bad_o(bad)
  );
  assign bad_o = rst_n && (bad || (idle && out_valid));
endmodule

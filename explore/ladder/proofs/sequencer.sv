// Jobs of up to 3 x 3 x 3 tiles; buffers, collector and post-processor answer at any time that the contract allows.
module proof (
  input  logic clk_i,
  input  logic choose_i, job_valid_i, a_valid_i, b_valid_i, bias_valid_i, row_scale_valid_i, drain_done_i, drain_valid_i, post_idle_i,
  input  logic [${vector_width}-1:0] b_i,
  input  logic [${bias_word_bits}-1:0] bias_i,
  input  logic [1:0] m_tiles_i, n_tiles_i, k_tiles_i,
  input  logic [1:0] n_last_i, g_last_i,
  input  logic has_bias_i, has_row_scales_i,
  output logic bad_o
);
  logic rst_n, job_ready, bias_ready, a_ready, b_ready, issue_valid, issue_first, issue_last, bias_write, start, bad_follow;
  logic [15:0] k_tiles, n_tiles, m_tiles;
  logic [${vector_width}-1:0] issue_b;
  logic [${entry_width}-1:0] issue_entry, last_entry;
  logic [${group_width}-1:0] bias_group, last_group;
  logic [${bias_word_bits}-1:0] bias_data;
  logic [${job_bits}-1:0] job;
  logic relu, raw, has_bias, has_mask, legal;
  logic [15:0] bias_k;
  first_reset u_reset (.clk_i(clk_i), .rst_no(rst_n));
  assign legal = m_tiles_i != '0 && n_tiles_i != '0 && k_tiles_i != '0
      && n_last_i != '0 && n_last_i <= 2'd${entries_small} && g_last_i != '0 && g_last_i <= 2'd${groups};
  assign job = ${job_bits}'({11'd0, has_row_scales_i, 1'b0, has_bias_i, 2'd0, 16'd0, 14'd0, g_last_i, 14'd0, n_last_i,
      14'd0, k_tiles_i, 14'd0, n_tiles_i, 14'd0, m_tiles_i});

  // The walk as it should be.
  logic [1:0] k_q, n_q, m_q, n_last_q, kt_q, nt_q, mt_q, column_q;
  logic busy_q, loaded_q, waiting_q, done_q, started_q, bias_q, last_column, last_k, take_job;
  logic [${bias_word_bits}-1:0] bias_data_q;
  assign take_job = job_valid_i && legal && job_ready;
  assign last_column = column_q == (nt_q == n_q - 2'd1 ? n_last_q - 2'd1 : 2'(${entries_small} - 1));
  assign last_k = kt_q == k_q - 2'd1;

  napier_sequencer u_dut (
    .clk_i(clk_i), .rst_ni(rst_n), .job_valid_i(job_valid_i && legal), .job_ready_o(job_ready), .job_i(job),
    .bias_valid_i(bias_valid_i), .bias_ready_o(bias_ready), .bias_i(bias_i),
%if row_scales
    .row_scale_valid_i(row_scale_valid_i), .row_scale_ready_o(), .row_scale_i('0),
    .has_row_scales_o(), .scale_write_o(), .scale_write_group_o(), .scale_data_o(),
%end
%if placed
    .n_last_o(), .g_last_o(),
%end
%if stochastic
    .random_key_o(),
%end
    .start_o(start), .k_tiles_o(k_tiles), .n_tiles_o(n_tiles), .m_tiles_o(m_tiles),
    .a_valid_i(a_valid_i), .a_ready_o(a_ready), .b_valid_i(b_valid_i), .b_ready_o(b_ready), .b_i(b_i),
    .issue_valid_o(issue_valid), .issue_b_o(issue_b), .issue_entry_o(issue_entry), .issue_first_o(issue_first),
    .issue_last_o(issue_last), .bias_write_o(bias_write), .bias_write_group_o(bias_group), .bias_data_o(bias_data),
    .drain_valid_i(drain_valid_i), .drain_done_i(waiting_q && drain_done_i), .relu_o(relu), .raw_o(raw),
    .has_bias_o(has_bias), .has_mask_o(has_mask), .bias_k_o(bias_k), .last_entry_o(last_entry),
    .last_group_o(last_group), .post_idle_i(post_idle_i)
  );
  follow #(.Width(${vector_width}), .Most(2)) u_follow (
    .clk_i(clk_i), .rst_ni(rst_n), .choose_i(choose_i), .enter_i(b_valid_i && b_ready && rst_n), .enter_data_i(b_i),
    .valid_i(issue_valid), .ready_i(1'b1), .data_i(issue_b), .bad_o(bad_follow)
  );
  assign bad_o = rst_n && (bad_follow
      || (job_ready && busy_q && !done_q)
      || start != started_q
      || (start && {m_tiles, n_tiles, k_tiles} != {14'd0, m_q, 14'd0, n_q, 14'd0, k_q})
      || bias_write != bias_q || (bias_write && bias_data != bias_data_q)
      || (issue_valid && (!busy_q || !loaded_q || waiting_q || done_q))
      || (issue_valid && (2'(issue_entry) != column_q || issue_first != (kt_q == '0)
          || issue_last != (last_k && last_column)))
      || (a_ready && loaded_q && !(issue_valid && last_column)));
  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) begin
      {busy_q, loaded_q, waiting_q, done_q, started_q, bias_q, kt_q, nt_q, mt_q, column_q} <= '0;
    end else begin
      started_q <= take_job;
      bias_q <= bias_valid_i && bias_ready;
      if (a_valid_i && a_ready) loaded_q <= 1'b1;
      else if (issue_valid && last_column) loaded_q <= 1'b0;
      if (take_job) begin
        busy_q <= 1'b1;
        {waiting_q, done_q, kt_q, nt_q, mt_q, column_q} <= '0;
      end else if (issue_valid) begin
        column_q <= last_column ? '0 : column_q + 2'd1;
        if (last_column) kt_q <= last_k ? '0 : kt_q + 2'd1;
        if (last_column && last_k) waiting_q <= 1'b1;
      end else if (waiting_q && drain_done_i) begin
        waiting_q <= 1'b0;
        nt_q <= nt_q == n_q - 2'd1 ? '0 : nt_q + 2'd1;
        if (nt_q == n_q - 2'd1) begin
          mt_q <= mt_q + 2'd1;
          if (mt_q == m_q - 2'd1) done_q <= 1'b1;
        end
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (take_job) {k_q, n_q, m_q, n_last_q} <= {k_tiles_i, n_tiles_i, m_tiles_i, n_last_i};
    bias_data_q <= bias_i;
  end
endmodule

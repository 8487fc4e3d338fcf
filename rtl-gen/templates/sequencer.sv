${banner}
// Walks a job: issues the vectors of B against the stationary tile of A, starts buffer A, passes biases to the collector,
// and waits for each tile's drain.
module napier_sequencer #(
  localparam int JobWidth = ${job_bits},
  localparam int Entries = ${entries},
  localparam int EntryWidth = ${entry_width},
  localparam int Groups = ${groups},           // post-processor groups of the lanes
  localparam int GroupWidth = ${group_width},
  localparam int BiasWordWidth = ${bias_word_bits},  // ${post_lanes} accumulators
  localparam int BiasWidth = ${bias_k_bits},
%if row_scales
  localparam int ScaleWordWidth = ${post_lanes} * BiasWidth,
%end
  localparam int VectorWidth = ${vector_width}
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     job_valid_i,
  output logic                     job_ready_o,
  input  logic [JobWidth-1:0]      job_i,
  input  logic                     bias_valid_i,
  output logic                     bias_ready_o,
  input  logic [BiasWordWidth-1:0] bias_i,
%if row_scales
  input  logic                     row_scale_valid_i,
  output logic                     row_scale_ready_o,
  input  logic [ScaleWordWidth-1:0] row_scale_i,
%end
  // Buffer A: one-cycle start, and the ready of its channel.
  output logic                     start_o,
  output logic [15:0]              k_tiles_o,
  output logic [15:0]              n_tiles_o,
  output logic [15:0]              m_tiles_o,
  input  logic                     a_valid_i,
  output logic                     a_ready_o,
  // Buffer B.
  input  logic                     b_valid_i,
  output logic                     b_ready_o,
  input  logic [VectorWidth-1:0]   b_i,
  // Issue to the lanes.
  output logic                     issue_valid_o,
  output logic [VectorWidth-1:0]   issue_b_o,
  output logic [EntryWidth-1:0]    issue_entry_o,
  output logic                     issue_first_o,
  output logic                     issue_last_o,
  // Collector.
  output logic                     bias_write_o,
  output logic [GroupWidth-1:0]    bias_write_group_o,
  output logic [BiasWordWidth-1:0] bias_data_o,
  input  logic                     drain_valid_i,
  input  logic                     drain_done_i,
  // Settings of the job for collector and post-processor, held while it runs.
  output logic                     relu_o,
  output logic                     raw_o,
  output logic                     has_bias_o,
  output logic                     has_mask_o,
  output logic [BiasWidth-1:0]     bias_k_o,
  output logic [EntryWidth-1:0]    last_entry_o,
  output logic [GroupWidth-1:0]    last_group_o,
%if placed
  output logic [EntryWidth-1:0]    n_last_o,  // last column of the last n tile
  output logic [GroupWidth-1:0]    g_last_o,  // last group of the last m tile
%end
%if stochastic
  output logic [63:0]              random_key_o,
%end
%if row_scales
  output logic                     has_row_scales_o,
  output logic                     scale_write_o,
  output logic [GroupWidth-1:0]    scale_write_group_o,
  output logic [ScaleWordWidth-1:0] scale_data_o,
%end
  input  logic                     post_idle_i
);

  typedef enum logic [2:0] {
    StIdle,
    StBias,
    StRun,
    StWait,
%if row_scales
    StFinish,
    StSettle,  // the last m tile's words leave the post-processor
    StScale    // row scales of the next m tile
%else
    StFinish
%end
  } state_e;
  state_e state_q;

  // Fields of the job.
  logic [15:0] m_tiles_q, n_tiles_q, k_tiles_q;
  logic [EntryWidth-1:0] n_last_q;  // last column of the last n tile
  logic [GroupWidth-1:0] g_last_q;  // last group of the last m tile
  logic [BiasWidth-1:0] bias_k_q;
  logic relu_q, raw_q, has_bias_q, has_mask_q;
%if row_scales
  logic has_row_scales_q;
  logic [GroupWidth-1:0] scale_group_q;
  logic take_row_scales, last_scale_group;
  assign take_row_scales = row_scale_valid_i && row_scale_ready_o;
  assign last_scale_group = scale_group_q == GroupWidth'(Groups - 1);
%end
%if stochastic
  logic [63:0] random_key_q;
%end

  // Position in the job.
  logic [15:0] mt_q, nt_q, kt_q;
  logic [EntryWidth-1:0] column_q;
  logic [GroupWidth-1:0] bias_group_q;
  logic a_loaded_q, start_q;

  logic take_job, take_bias, last_m, last_n, last_k, last_column, last_bias_group;
  assign take_job = job_valid_i && job_ready_o;
  assign take_bias = bias_valid_i && bias_ready_o;
  assign last_m = mt_q == m_tiles_q - 1'b1;
  assign last_n = nt_q == n_tiles_q - 1'b1;
  assign last_k = kt_q == k_tiles_q - 1'b1;
  assign last_entry_o = last_n ? n_last_q : EntryWidth'(Entries - 1);
  assign last_group_o = last_m ? g_last_q : GroupWidth'(Groups - 1);
  assign last_column = column_q == last_entry_o;
  assign last_bias_group = bias_group_q == GroupWidth'(Groups - 1);

  // B queue: two words, so that buffer B's ready depends on registers alone.
  logic b_waiting;
  napier_queue #(
    .Width (VectorWidth),
    .Depth (2)
  ) u_b_queue (
    .clk_i,
    .rst_ni,
    .push_i      (b_valid_i && b_ready_o),
    .data_i      (b_i),
    .pop_i       (issue_valid_o),
    .not_empty_o (b_waiting),
    .not_full_o  (b_ready_o),
    .head_o      (issue_b_o)
  );

  // Issue.
  assign issue_valid_o = state_q == StRun && a_loaded_q && b_waiting;
  assign issue_entry_o = column_q;
  assign issue_first_o = kt_q == '0;
  assign issue_last_o = last_k && last_column;
  assign a_ready_o = state_q != StIdle && (!a_loaded_q || (issue_valid_o && last_column));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      column_q   <= '0;
      kt_q       <= '0;
      a_loaded_q <= 1'b0;
    end else begin
      if (take_job) begin
        column_q <= '0;
        kt_q     <= '0;
      end
      if (issue_valid_o) begin
        column_q <= last_column ? '0 : column_q + 1'b1;
        if (last_column) kt_q <= last_k ? '0 : kt_q + 1'b1;
      end
      if (a_valid_i && a_ready_o) a_loaded_q <= 1'b1;
      else if (issue_valid_o && last_column) a_loaded_q <= 1'b0;
    end
  end

  // Tiles of the job.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q      <= StIdle;
      mt_q         <= '0;
      nt_q         <= '0;
      bias_group_q <= '0;
      start_q      <= 1'b0;
%if row_scales
      scale_group_q <= '0;
%end
    end else begin
      start_q <= take_job;
      case (state_q)
        StIdle: if (take_job) begin
          mt_q         <= '0;
          nt_q         <= '0;
          bias_group_q <= '0;
%if row_scales
          scale_group_q <= '0;
          state_q      <= job_i[96 + 4] ? StScale : job_i[96 + 2] ? StBias : StRun;
%else
          state_q      <= job_i[96 + 2] ? StBias : StRun;
%end
        end
%if row_scales
        StSettle: if (post_idle_i && !drain_valid_i) state_q <= StScale;
        StScale: if (take_row_scales) begin
          scale_group_q <= last_scale_group ? '0 : scale_group_q + 1'b1;
          if (last_scale_group) state_q <= has_bias_q ? StBias : StRun;
        end
%end
        StBias: if (take_bias) begin
          bias_group_q <= last_bias_group ? '0 : bias_group_q + 1'b1;
          if (last_bias_group) state_q <= StRun;
        end
        StRun: if (issue_valid_o && issue_last_o) state_q <= StWait;
        StWait: if (drain_done_i) begin
          nt_q <= last_n ? '0 : nt_q + 1'b1;
          if (!last_n) begin
            state_q <= StRun;
          end else if (!last_m) begin
            mt_q    <= mt_q + 1'b1;
%if row_scales
            state_q <= has_row_scales_q ? StSettle : has_bias_q ? StBias : StRun;
%else
            state_q <= has_bias_q ? StBias : StRun;
%end
          end else begin
            state_q <= StFinish;
          end
        end
        StFinish: if (post_idle_i && !drain_valid_i) state_q <= StIdle;
        default: state_q <= StIdle;
      endcase
    end
  end

  // Job: 16 bits each of m_tiles, n_tiles, k_tiles, n_last, g_last, bias_k, flags.
  assign job_ready_o = state_q == StIdle;
  always_ff @(posedge clk_i) begin
    if (take_job) begin
      m_tiles_q <= job_i[0 +: 16];
      n_tiles_q <= job_i[16 +: 16];
      k_tiles_q <= job_i[32 +: 16];
      n_last_q  <= EntryWidth'(job_i[48 +: 16] - 16'd1);
      g_last_q  <= GroupWidth'(job_i[64 +: 16] - 16'd1);
      bias_k_q  <= job_i[80 +: 16];
      {has_bias_q, raw_q, relu_q} <= job_i[96 +: 3];
%if row_scales
      has_row_scales_q <= job_i[100];
%end
%if stochastic
      random_key_q <= job_i[112 +: 64];
%end
    end
  end
  // The post-processor's ready depends on this flag, so it is known before the first job.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) has_mask_q <= 1'b0;
    else if (take_job) has_mask_q <= job_i[96 + 3];
  end
%if row_scales
  logic [10:0] unused_flags;
  assign unused_flags = job_i[111:101];
%else
  logic [11:0] unused_flags;
  assign unused_flags = job_i[111:100];
%end
%if stochastic
  assign random_key_o = random_key_q;
%end
%if placed
  assign n_last_o = n_last_q;
  assign g_last_o = g_last_q;
%end
%if row_scales

  // Row scales pass on to the post-processor through a register.
  logic scale_write_q;
  logic [GroupWidth-1:0] scale_write_group_q;
  logic [ScaleWordWidth-1:0] scale_data_q;
  assign row_scale_ready_o = state_q == StScale;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) scale_write_q <= 1'b0;
    else scale_write_q <= take_row_scales;
  end
  always_ff @(posedge clk_i) begin
    if (take_row_scales) begin
      scale_write_group_q <= scale_group_q;
      scale_data_q        <= row_scale_i;
    end
  end
  assign has_row_scales_o = has_row_scales_q;
  assign scale_write_o = scale_write_q;
  assign scale_write_group_o = scale_write_group_q;
  assign scale_data_o = scale_data_q;
%end

  // Biases pass on to the collector through a register.
  logic bias_write_q;
  logic [GroupWidth-1:0] bias_write_group_q;
  logic [BiasWordWidth-1:0] bias_data_q;
  assign bias_ready_o = state_q == StBias;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) bias_write_q <= 1'b0;
    else bias_write_q <= take_bias;
  end
  always_ff @(posedge clk_i) begin
    if (take_bias) begin
      bias_write_group_q <= bias_group_q;
      bias_data_q        <= bias_i;
    end
  end

  assign start_o = start_q;
  assign k_tiles_o = k_tiles_q;
  assign n_tiles_o = n_tiles_q;
  assign m_tiles_o = m_tiles_q;
  assign bias_write_o = bias_write_q;
  assign bias_write_group_o = bias_write_group_q;
  assign bias_data_o = bias_data_q;
  assign relu_o = relu_q;
  assign raw_o = raw_q;
  assign has_bias_o = has_bias_q;
  assign has_mask_o = has_mask_q;
  assign bias_k_o = bias_k_q;

endmodule : napier_sequencer

`default_nettype wire

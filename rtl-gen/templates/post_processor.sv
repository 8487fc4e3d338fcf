${banner}
// Takes drained accumulators, converts a group of them each cycle, and queues the words. It accepts only what the
// output queue has room for (occupancy), so that nothing inside ever waits.
module napier_post_processor #(
  localparam int PostLanes = ${post_lanes},
  localparam int AccumulatorWidth = ${accumulator_bits},
  localparam int BiasWidth = ${bias_k_bits},
%if placed
  localparam int Groups = ${groups},
  localparam int GroupWidth = ${group_width},
  localparam int Entries = ${entries},
  localparam int EntryWidth = ${entry_width},
%end
  localparam int WordWidth = ${output_bits}  // an operand, or a raw accumulator
) (
  input  logic                                  clk_i,
  input  logic                                  rst_ni,
  // Settings, held while a job runs.
  input  logic                                  relu_i,
  input  logic                                  raw_i,
  input  logic                                  has_mask_i,
  input  logic [BiasWidth-1:0]                  bias_k_i,
%if placed
  // The job's tiles; start_i comes a cycle after the job, before its first accumulators.
  input  logic                                  start_i,
  input  logic [15:0]                           m_tiles_i,
  input  logic [15:0]                           n_tiles_i,
  input  logic [EntryWidth-1:0]                 n_last_i,
  input  logic [GroupWidth-1:0]                 g_last_i,
%end
%if stochastic
  input  logic [63:0]                           random_key_i,
%end
%if row_scales
  // Scales of the rows of an m tile, relative to bias_k_i.
  input  logic                                  has_row_scales_i,
  input  logic                                  scale_write_i,
  input  logic [GroupWidth-1:0]                 scale_write_group_i,
  input  logic [PostLanes*BiasWidth-1:0]        scale_data_i,
%end
  // Accumulators of one group.
  input  logic                                  drain_valid_i,
  output logic                                  drain_ready_o,
  input  logic [PostLanes*AccumulatorWidth-1:0] drain_i,
  // One bit an output: 0 makes it zero.
  input  logic                                  mask_valid_i,
  output logic                                  mask_ready_o,
  input  logic [PostLanes-1:0]                  mask_i,
  // Words.
  output logic                                  out_valid_o,
  input  logic                                  out_ready_i,
  output logic [PostLanes*WordWidth-1:0]        out_o,
  output logic                                  idle_o
);

  localparam int Stages = ${post_stages};  // registers between accept and the output queue
  localparam int Depth = ${post_depth};    // of the output queue: pipeline registers + 2
  localparam int OccupancyWidth = $clog2(Depth + 1);

  // Occupancy: words accepted that have not left.
  logic accept, leave;
  logic [OccupancyWidth-1:0] occupancy_q;
  logic mask_valid, masked_q;
  assign drain_ready_o = occupancy_q != OccupancyWidth'(Depth) && (!masked_q || mask_valid);
  assign accept = drain_valid_i && drain_ready_o;
  assign leave = out_valid_o && out_ready_i;
  assign idle_o = occupancy_q == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      occupancy_q <= '0;
      masked_q    <= 1'b0;
    end else begin
      masked_q <= has_mask_i;
      if (accept && !leave) occupancy_q <= occupancy_q + 1'b1;
      if (!accept && leave) occupancy_q <= occupancy_q - 1'b1;
    end
  end

%if placed
  // Place of the next word: tiles, column in the n tile, group of rows in the m tile.
  logic [15:0] mt_q, nt_q;
  logic [EntryWidth-1:0] entry_q;
  logic [GroupWidth-1:0] group_q;
  logic last_group, last_nt, last_entry;
  assign last_group = group_q == (mt_q == m_tiles_i - 1'b1 ? g_last_i : GroupWidth'(Groups - 1));
  assign last_nt = nt_q == n_tiles_i - 1'b1;
  assign last_entry = entry_q == (last_nt ? n_last_i : EntryWidth'(Entries - 1));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {mt_q, nt_q, entry_q, group_q} <= '0;
    end else if (start_i) begin
      {mt_q, nt_q, entry_q, group_q} <= '0;
    end else if (accept) begin
      group_q <= last_group ? '0 : group_q + 1'b1;
      if (last_group) entry_q <= last_entry ? '0 : entry_q + 1'b1;
      if (last_group && last_entry) nt_q <= last_nt ? '0 : nt_q + 1'b1;
      if (last_group && last_entry && last_nt) mt_q <= mt_q + 1'b1;
    end
  end

%end
%if stochastic
  // Row of its lane 0, and column, in the product: they index the random bits.
  logic [15:0] row_q, tile_row_q, column_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {row_q, tile_row_q, column_q} <= '0;
    end else if (start_i) begin
      {row_q, tile_row_q, column_q} <= '0;
    end else if (accept && !last_group) begin
      row_q <= row_q + 16'd${post_lanes};
    end else if (accept && last_entry && last_nt) begin
      row_q      <= tile_row_q + 16'd${lanes};
      tile_row_q <= tile_row_q + 16'd${lanes};
      column_q   <= '0;
    end else if (accept) begin
      row_q    <= tile_row_q;
      column_q <= column_q + 1'b1;
    end
  end

  // Keys of the rounds, in a register: they stand long before the job's first accumulators.
  localparam int RoundKeysWidth = ${round_keys_bits};
  logic [RoundKeysWidth-1:0] round_keys, round_keys_q;
  napier_rounding_keys u_rounding_keys (
    .key_i        (random_key_i),
    .round_keys_o (round_keys)
  );
  always_ff @(posedge clk_i) round_keys_q <= round_keys;

%end
%if row_scales
  // Scales of all lanes.
  logic [Groups*PostLanes*BiasWidth-1:0] scales_q;
  logic [PostLanes*BiasWidth-1:0] scales;
  always_ff @(posedge clk_i) begin
    if (scale_write_i) scales_q[scale_write_group_i*(PostLanes*BiasWidth) +: PostLanes*BiasWidth] <= scale_data_i;
  end
  assign scales = scales_q[group_q*(PostLanes*BiasWidth) +: PostLanes*BiasWidth];

%end
  // Masks wait for their accumulators.
  logic [PostLanes-1:0] mask, keep;
  napier_queue #(
    .Width (PostLanes),
    .Depth (2)
  ) u_mask_queue (
    .clk_i,
    .rst_ni,
    .push_i      (mask_valid_i && mask_ready_o),
    .data_i      (mask_i),
    .pop_i       (accept && masked_q),
    .not_empty_o (mask_valid),
    .not_full_o  (mask_ready_o),
    .head_o      (mask)
  );
  assign keep = mask | {PostLanes{!masked_q}};

  // Bit 0: a word enters; bit k: register stage k-1 holds one.
  logic [Stages:0] valid;
  assign valid[0] = accept;
%if post_stages
  logic [Stages-1:0] valid_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= valid[Stages-1:0];
  end
  assign valid[Stages:1] = valid_q;
%end

  logic [PostLanes*WordWidth-1:0] word;
  for (genvar lane = 0; lane < PostLanes; lane++) begin : gen_lane
%if stochastic
    logic [31:0] noise;
    napier_rounding_noise u_rounding_noise (
      .round_keys_i (round_keys_q),
      .index_i      ({column_q, row_q + 16'(lane)}),
      .noise_o      (noise)
    );
    logic [15:0] unused_noise;
    assign unused_noise = noise[15:0];

%end
%if row_scales
    logic [BiasWidth-1:0] bias_k;
    assign bias_k = has_row_scales_i ? bias_k_i + scales[lane*BiasWidth +: BiasWidth] : bias_k_i;

%end
    napier_post_processor_lane u_post_processor_lane (
%if post_stages
      .clk_i,
      .stage_en_i (valid[Stages-1:0]),
%end
      .relu_i,
      .raw_i,
%if row_scales
      .bias_k_i   (bias_k),
%else
      .bias_k_i,
%end
%if stochastic
      .random_i   (noise[31:16]),
%end
      .acc_i      (drain_i[lane*AccumulatorWidth +: AccumulatorWidth]),
      .keep_i     (keep[lane]),
      .word_o     (word[lane*WordWidth +: WordWidth])
    );
  end

  logic unused_not_full;
  napier_queue #(
    .Width (PostLanes * WordWidth),
    .Depth (Depth)
  ) u_output_queue (
    .clk_i,
    .rst_ni,
    .push_i      (valid[Stages]),
    .data_i      (word),
    .pop_i       (leave),
    .not_empty_o (out_valid_o),
    .not_full_o  (unused_not_full),
    .head_o      (out_o)
  );

endmodule : napier_post_processor

`default_nettype wire

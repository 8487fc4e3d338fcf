${banner}
// Takes drained accumulators, converts a group of them each cycle, and queues the words. It accepts only what the
// output queue has room for (occupancy), so that nothing inside ever waits.
module napier_post_processor #(
  localparam int PostLanes = ${post_lanes},
  localparam int AccumulatorWidth = ${accumulator_bits},
  localparam int BiasWidth = ${bias_k_bits},
  localparam int WordWidth = ${output_bits}  // an operand, or a raw accumulator
) (
  input  logic                                  clk_i,
  input  logic                                  rst_ni,
  // Settings, held while a job runs.
  input  logic                                  relu_i,
  input  logic                                  raw_i,
  input  logic                                  has_mask_i,
  input  logic [BiasWidth-1:0]                  bias_k_i,
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
    napier_post_processor_lane u_post_processor_lane (
%if post_stages
      .clk_i,
      .stage_en_i (valid[Stages-1:0]),
%end
      .relu_i,
      .raw_i,
      .bias_k_i,
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

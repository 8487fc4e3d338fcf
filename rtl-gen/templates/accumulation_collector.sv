${banner}
// The partial sums of all lanes, and their drain: entry by entry, group of lanes by group.
module napier_accumulation_collector #(
  localparam int Lanes = ${lanes},
  localparam int EntryWidth = ${entry_width},  // counts ${entries} entries
  localparam int SumWidth = ${sum_bits},
  localparam int AccumulatorWidth = ${accumulator_bits},
  localparam int PostLanes = ${post_lanes},    // accumulators drained each cycle
  localparam int GroupWidth = ${group_width}   // counts ${groups} groups of PostLanes
) (
  input  logic                                  clk_i,
  input  logic                                  rst_ni,
  // Settings, held while a job runs.
  input  logic                                  has_bias_i,
  input  logic [EntryWidth-1:0]                 last_entry_i,
  input  logic [GroupWidth-1:0]                 last_group_i,
  // Bias of one group.
  input  logic                                  bias_write_i,
  input  logic [GroupWidth-1:0]                 bias_write_group_i,
  input  logic [PostLanes*AccumulatorWidth-1:0] bias_data_i,
  // Sums of one vector, lane 0 lowest.
  input  logic                                  sum_valid_i,
  input  logic [Lanes*SumWidth-1:0]             sum_i,
  input  logic [EntryWidth-1:0]                 sum_entry_i,
  input  logic                                  sum_first_i,
  input  logic                                  sum_last_i,
  // Drain.
  output logic                                  drain_valid_o,
  input  logic                                  drain_ready_i,
  output logic [PostLanes*AccumulatorWidth-1:0] drain_o,
  output logic                                  drain_done_o   // one cycle: the last word of a tile was loaded
);

  localparam int WordWidth = PostLanes * AccumulatorWidth;

  // Drain: position of the next word to load.
  logic active_q, valid_q, done_q;
  logic [EntryWidth-1:0] entry_q;
  logic [GroupWidth-1:0] group_q;
  logic [WordWidth-1:0] data_q;

  logic load, last_group, last_word;
  assign load = active_q && (!valid_q || drain_ready_i);
  assign last_group = group_q == last_group_i;
  assign last_word = last_group && entry_q == last_entry_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      valid_q  <= 1'b0;
      done_q   <= 1'b0;
      entry_q  <= '0;
      group_q  <= '0;
    end else begin
      done_q <= load && last_word;
      if (load) begin
        valid_q <= 1'b1;
        group_q <= last_group ? '0 : group_q + 1'b1;
        if (last_group) entry_q <= entry_q + 1'b1;
        if (last_word) active_q <= 1'b0;
      end else if (drain_ready_i) begin
        valid_q <= 1'b0;
      end
      if (sum_valid_i && sum_last_i) begin
        active_q <= 1'b1;
        entry_q  <= '0;
        group_q  <= '0;
      end
    end
  end

  // Lanes, each with its own entries; a group of them is written (bias) and read (drain) at once.
  logic [Lanes*AccumulatorWidth-1:0] read;
  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
    napier_accumulation_collector_lane u_accumulation_collector_lane (
      .clk_i,
      .bias_write_i (bias_write_i && bias_write_group_i == GroupWidth'(lane / PostLanes)),
      .bias_i       (bias_data_i[(lane % PostLanes)*AccumulatorWidth +: AccumulatorWidth]),
      .has_bias_i,
      .sum_valid_i,
      .sum_i        (sum_i[lane*SumWidth +: SumWidth]),
      .sum_entry_i,
      .sum_first_i,
      .read_entry_i (entry_q),
      .read_o       (read[lane*AccumulatorWidth +: AccumulatorWidth])
    );
  end

  always_ff @(posedge clk_i) begin
    if (load) data_q <= read[group_q*WordWidth +: WordWidth];
  end

  assign drain_valid_o = valid_q;
  assign drain_o = data_q;
  assign drain_done_o = done_q;

endmodule : napier_accumulation_collector

`default_nettype wire

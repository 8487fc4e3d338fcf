${banner}
// All lanes, and the registers that carry valid, entry, first and last beside their sums.
module napier_vector_lanes #(
  localparam int Lanes = ${lanes},
  localparam int VectorWidth = ${vector_width},  // ${vector} operands of ${operand_bits} bits
%if vector_scales
  localparam int StationaryWidth = ${stationary_width},  // such a vector and its scale
%end
  localparam int EntryWidth = ${entry_width},    // counts ${entries} collector entries
  localparam int SumWidth = ${sum_bits}
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         a_load_i,
%if vector_scales
  input  logic [Lanes*StationaryWidth-1:0] a_i,  // lane 0 lowest
%else
  input  logic [Lanes*VectorWidth-1:0] a_i,  // lane 0 lowest
%end
  input  logic                         issue_valid_i,
  input  logic [VectorWidth-1:0]       issue_b_i,
  input  logic [EntryWidth-1:0]        issue_entry_i,
  input  logic                         issue_first_i,
  input  logic                         issue_last_i,
  output logic                         sum_valid_o,
  output logic [Lanes*SumWidth-1:0]    sum_o,
  output logic [EntryWidth-1:0]        sum_entry_o,
  output logic                         sum_first_o,
  output logic                         sum_last_o
);

  localparam int Latency = ${lane_latency};
  localparam int TagWidth = EntryWidth + 2;  // last, first, entry

  // Stage k holds the tag of what the lanes hold in their register stage k.
  logic [Latency-1:0] valid_q;
  logic [Latency*TagWidth-1:0] tag_q;
%if lane_latency_is_one
  logic [Latency-1:0] stage_en;
  logic [Latency*TagWidth-1:0] tag_d;
  assign stage_en = issue_valid_i;
  assign tag_d = {issue_last_i, issue_first_i, issue_entry_i};
%else
  logic [Latency-1:0] stage_en;
  logic [Latency*TagWidth-1:0] tag_d;
  assign stage_en = {valid_q[Latency-2:0], issue_valid_i};
  assign tag_d = {tag_q[(Latency-1)*TagWidth-1:0], issue_last_i, issue_first_i, issue_entry_i};
%end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
      tag_q   <= '0;
    end else begin
      valid_q <= stage_en;
      for (int k = 0; k < Latency; k++) begin
        if (stage_en[k]) tag_q[k*TagWidth +: TagWidth] <= tag_d[k*TagWidth +: TagWidth];
      end
    end
  end

  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
    napier_vector_lane u_vector_lane (
      .clk_i,
      .a_load_i,
%if vector_scales
      .a_i        (a_i[lane*StationaryWidth +: StationaryWidth]),
%else
      .a_i        (a_i[lane*VectorWidth +: VectorWidth]),
%end
      .b_i        (issue_b_i),
      .stage_en_i (stage_en),
      .sum_o      (sum_o[lane*SumWidth +: SumWidth])
    );
  end

  assign sum_valid_o = valid_q[Latency-1];
  assign {sum_last_o, sum_first_o, sum_entry_o} = tag_q[(Latency-1)*TagWidth +: TagWidth];

endmodule : napier_vector_lanes

`default_nettype wire

${banner}
// Walks the weights of a tensor once: takes weights, gradients and second moments, ${update_lanes} a cycle, and queues
// what they become. It accepts only what the output queue has room for (occupancy).
module napier_madam_update #(
  localparam int UpdateLanes = ${update_lanes},
  localparam int WeightWidth = ${update_bits},
  localparam int GradientWidth = ${operand_bits},
  localparam int MomentWidth = ${v_bits},
  localparam int JobWidth = ${update_job_bits},
  localparam int InWidth = ${update_in_item_bits},   // one weight, gradient and moment
  localparam int OutWidth = ${update_out_item_bits}  // one weight and moment
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,
  input  logic                            job_valid_i,
  output logic                            job_ready_o,
  input  logic [JobWidth-1:0]             job_i,
  input  logic                            in_valid_i,
  output logic                            in_ready_o,
  input  logic [UpdateLanes*InWidth-1:0]  in_i,
  output logic                            out_valid_o,
  input  logic                            out_ready_i,
  output logic [UpdateLanes*OutWidth-1:0] out_o
);

  localparam int Stages = ${update_stages};  // registers between accept and the output queue
  localparam int Depth = ${update_depth};    // of the output queue: pipeline registers + 2
  localparam int OccupancyWidth = $clog2(Depth + 1);

  logic running_q;
  logic [31:0] left_q, correction_q, step_log2_q;
  logic [15:0] gradient_exponent_q;
  logic [WeightWidth-2:0] cap_q;
  logic [OccupancyWidth-1:0] occupancy_q;
%if stochastic_update
  logic [63:0] noise_key_q;
  logic [31:0] index_q;  // of the next word's first weight
%end

  logic take, accept, leave;
  assign job_ready_o = !running_q;
  assign in_ready_o = running_q && left_q != '0 && occupancy_q != OccupancyWidth'(Depth);
  assign take = job_valid_i && job_ready_o;
  assign accept = in_valid_i && in_ready_o;
  assign leave = out_valid_o && out_ready_i;

  // Job: 32 bits words, 16 gradient exponent, 32 correction, 32 step, 16 cap${job_noise}.
  always_ff @(posedge clk_i) begin
    if (take) begin
      gradient_exponent_q <= job_i[32 +: 16];
      correction_q        <= job_i[48 +: 32];
      step_log2_q         <= job_i[80 +: 32];
      cap_q               <= job_i[112 +: WeightWidth-1];
%if stochastic_update
      noise_key_q         <= job_i[128 +: 64];
%end
    end
  end
  logic [${cap_unused_bits}-1:0] unused_cap;
  assign unused_cap = job_i[127:112+WeightWidth-1];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q   <= 1'b0;
      left_q      <= '0;
      occupancy_q <= '0;
    end else begin
      if (take) begin
        running_q <= job_i[31:0] != '0;
        left_q    <= job_i[31:0];
      end else if (running_q && left_q == '0 && occupancy_q == '0) begin
        running_q <= 1'b0;
      end
      if (accept) left_q <= left_q - 1'b1;
      if (accept && !leave) occupancy_q <= occupancy_q + 1'b1;
      if (!accept && leave) occupancy_q <= occupancy_q - 1'b1;
    end
  end

%if stochastic_update
  always_ff @(posedge clk_i) begin
    if (take) index_q <= '0;
    else if (accept) index_q <= index_q + 32'd${update_lanes};
  end

  // Key schedule of Simon32/64, for all lanes. Rounds past the fourth mix those before.
  ${noise_keys}

%end
  // Bit 0: a word enters; bit k: register stage k-1 holds one.
  logic [Stages:0] valid;
  assign valid[0] = accept;
%if update_stages
  logic [Stages-1:0] valid_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= valid[Stages-1:0];
  end
  assign valid[Stages:1] = valid_q;
%end

  logic [UpdateLanes*OutWidth-1:0] result;
  for (genvar lane = 0; lane < UpdateLanes; lane++) begin : gen_lane
    napier_madam_update_lane u_madam_update_lane (
%if update_stages
      .clk_i,
      .stage_en_i          (valid[Stages-1:0]),
%end
      .gradient_exponent_i (gradient_exponent_q),
      .correction_i        (correction_q),
      .step_log2_i         (step_log2_q),
      .cap_i               (cap_q),
%if stochastic_update
      .round_keys_i        (round_keys),
      .index_i             (index_q + 32'(lane)),
%end
      .weight_i            (in_i[lane*InWidth +: WeightWidth]),
      .gradient_i          (in_i[lane*InWidth + WeightWidth +: GradientWidth]),
      .v_i                 (in_i[lane*InWidth + WeightWidth + GradientWidth +: MomentWidth]),
      .weight_o            (result[lane*OutWidth +: WeightWidth]),
      .v_o                 (result[lane*OutWidth + WeightWidth +: MomentWidth])
    );
  end

  logic unused_not_full;
  napier_queue #(
    .Width (UpdateLanes * OutWidth),
    .Depth (Depth)
  ) u_output_queue (
    .clk_i,
    .rst_ni,
    .push_i      (valid[Stages]),
    .data_i      (result),
    .pop_i       (leave),
    .not_empty_o (out_valid_o),
    .not_full_o  (unused_not_full),
    .head_o      (out_o)
  );

endmodule : napier_madam_update

`default_nettype wire

${banner}
// One processing element:
//   a_fill -> operand buffer A -> stationary registers of the lanes
//   b_fill -> operand buffer B -> sequencer -> lanes -> collector -> post-processor -> out
%if madam
//   update_job, update_in -> madam_update -> update_out
%end
// A word moves in a cycle in which valid and ready are both 1; valid and data stay until then. Every valid, ready and data
// output is a function of registers alone.
module napier_processing_element #(
  localparam int JobWidth = ${job_bits},
  localparam int VectorWidth = ${vector_width},        // ${vector} operands of ${operand_bits} bits
%if vector_scales
  localparam int StationaryWidth = ${stationary_width},    // such a vector and its scale
%end
  localparam int AccumulatorWordWidth = ${bias_word_bits},  // ${post_lanes} accumulators of ${accumulator_bits} bits
  localparam int MaskWidth = ${post_lanes},             // one bit an output
%if madam
  localparam int UpdateJobWidth = ${update_job_bits},
  localparam int UpdateInWidth = ${update_in_bits},     // ${update_lanes} times weight, gradient, second moment
  localparam int UpdateOutWidth = ${update_out_bits},   // ${update_lanes} times weight, second moment
%end
%if row_scales
  localparam int RowScaleWidth = ${post_lanes} * ${bias_k_bits},  // ${post_lanes} signed exponent offsets
%end
  localparam int OutWidth = ${out_word_bits}            // ${post_lanes} words of ${output_bits} bits
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,
  input  logic                            job_valid_i,
  output logic                            job_ready_o,
  input  logic [JobWidth-1:0]             job_i,
  input  logic                            a_fill_valid_i,
  output logic                            a_fill_ready_o,
%if vector_scales
  input  logic [StationaryWidth-1:0]      a_fill_i,
%else
  input  logic [VectorWidth-1:0]          a_fill_i,
%end
  input  logic                            b_fill_valid_i,
  output logic                            b_fill_ready_o,
  input  logic [VectorWidth-1:0]          b_fill_i,
  input  logic                            bias_valid_i,
  output logic                            bias_ready_o,
  input  logic [AccumulatorWordWidth-1:0] bias_i,
  input  logic                            mask_valid_i,
  output logic                            mask_ready_o,
  input  logic [MaskWidth-1:0]            mask_i,
%if row_scales
  input  logic                            row_scale_valid_i,
  output logic                            row_scale_ready_o,
  input  logic [RowScaleWidth-1:0]        row_scale_i,
%end
%if madam
  input  logic                            update_job_valid_i,
  output logic                            update_job_ready_o,
  input  logic [UpdateJobWidth-1:0]       update_job_i,
  input  logic                            update_in_valid_i,
  output logic                            update_in_ready_o,
  input  logic [UpdateInWidth-1:0]        update_in_i,
  output logic                            update_out_valid_o,
  input  logic                            update_out_ready_i,
  output logic [UpdateOutWidth-1:0]       update_out_o,
%end
  output logic                            out_valid_o,
  input  logic                            out_ready_i,
  output logic [OutWidth-1:0]             out_o
);

  localparam int Lanes = ${lanes};
  localparam int SumWidth = ${sum_bits};      // exact sum of the products of one vector
  localparam int EntryWidth = ${entry_width};
  localparam int GroupWidth = ${group_width};
  localparam int BiasWidth = ${bias_k_bits};

  // Operand buffers.
  logic start;
  logic [15:0] k_tiles, n_tiles, m_tiles;
  logic a_valid, a_ready;
%if vector_scales
  logic [Lanes*StationaryWidth-1:0] a_data;
%else
  logic [Lanes*VectorWidth-1:0] a_data;
%end
  napier_operand_buffer_a u_operand_buffer_a (
    .clk_i,
    .rst_ni,
    .start_i      (start),
    .k_tiles_i    (k_tiles),
    .n_tiles_i    (n_tiles),
    .m_tiles_i    (m_tiles),
    .fill_valid_i (a_fill_valid_i),
    .fill_ready_o (a_fill_ready_o),
    .fill_i       (a_fill_i),
    .out_valid_o  (a_valid),
    .out_ready_i  (a_ready),
    .out_o        (a_data)
  );

  logic b_valid, b_ready;
  logic [VectorWidth-1:0] b_data;
  napier_operand_buffer_b u_operand_buffer_b (
    .clk_i,
    .rst_ni,
    .fill_valid_i (b_fill_valid_i),
    .fill_ready_o (b_fill_ready_o),
    .fill_i       (b_fill_i),
    .out_valid_o  (b_valid),
    .out_ready_i  (b_ready),
    .out_o        (b_data)
  );

  // Sequencer.
  logic issue_valid, issue_first, issue_last;
  logic [VectorWidth-1:0] issue_b;
  logic [EntryWidth-1:0] issue_entry, last_entry;
  logic bias_write, relu, raw, has_bias, has_mask, post_idle;
  logic [GroupWidth-1:0] bias_write_group, last_group;
  logic [AccumulatorWordWidth-1:0] bias_data;
  logic [BiasWidth-1:0] bias_k;
  logic drain_valid, drain_ready, drain_done;
  logic [AccumulatorWordWidth-1:0] drain_data;
%if placed
  logic [EntryWidth-1:0] n_last;
  logic [GroupWidth-1:0] g_last;
%end
%if stochastic
  logic [63:0] random_key;
%end
%if row_scales
  logic has_row_scales, scale_write;
  logic [GroupWidth-1:0] scale_write_group;
  logic [RowScaleWidth-1:0] scale_data;
%end
  napier_sequencer u_sequencer (
    .clk_i,
    .rst_ni,
    .job_valid_i,
    .job_ready_o,
    .job_i,
    .bias_valid_i,
    .bias_ready_o,
    .bias_i,
%if row_scales
    .row_scale_valid_i,
    .row_scale_ready_o,
    .row_scale_i,
    .has_row_scales_o    (has_row_scales),
    .scale_write_o       (scale_write),
    .scale_write_group_o (scale_write_group),
    .scale_data_o        (scale_data),
%end
%if placed
    .n_last_o           (n_last),
    .g_last_o           (g_last),
%end
%if stochastic
    .random_key_o       (random_key),
%end
    .start_o            (start),
    .k_tiles_o          (k_tiles),
    .n_tiles_o          (n_tiles),
    .m_tiles_o          (m_tiles),
    .a_valid_i          (a_valid),
    .a_ready_o          (a_ready),
    .b_valid_i          (b_valid),
    .b_ready_o          (b_ready),
    .b_i                (b_data),
    .issue_valid_o      (issue_valid),
    .issue_b_o          (issue_b),
    .issue_entry_o      (issue_entry),
    .issue_first_o      (issue_first),
    .issue_last_o       (issue_last),
    .bias_write_o       (bias_write),
    .bias_write_group_o (bias_write_group),
    .bias_data_o        (bias_data),
    .drain_valid_i      (drain_valid),
    .drain_done_i       (drain_done),
    .relu_o             (relu),
    .raw_o              (raw),
    .has_bias_o         (has_bias),
    .has_mask_o         (has_mask),
    .bias_k_o           (bias_k),
    .last_entry_o       (last_entry),
    .last_group_o       (last_group),
    .post_idle_i        (post_idle)
  );

  // Lanes.
  logic sum_valid, sum_first, sum_last;
  logic [Lanes*SumWidth-1:0] sum_data;
  logic [EntryWidth-1:0] sum_entry;
  napier_vector_lanes u_vector_lanes (
    .clk_i,
    .rst_ni,
    .a_load_i      (a_valid && a_ready),
    .a_i           (a_data),
    .issue_valid_i (issue_valid),
    .issue_b_i     (issue_b),
    .issue_entry_i (issue_entry),
    .issue_first_i (issue_first),
    .issue_last_i  (issue_last),
    .sum_valid_o   (sum_valid),
    .sum_o         (sum_data),
    .sum_entry_o   (sum_entry),
    .sum_first_o   (sum_first),
    .sum_last_o    (sum_last)
  );

  // Partial sums.
  napier_accumulation_collector u_accumulation_collector (
    .clk_i,
    .rst_ni,
    .has_bias_i         (has_bias),
    .last_entry_i       (last_entry),
    .last_group_i       (last_group),
    .bias_write_i       (bias_write),
    .bias_write_group_i (bias_write_group),
    .bias_data_i        (bias_data),
    .sum_valid_i        (sum_valid),
    .sum_i              (sum_data),
    .sum_entry_i        (sum_entry),
    .sum_first_i        (sum_first),
    .sum_last_i         (sum_last),
    .drain_valid_o      (drain_valid),
    .drain_ready_i      (drain_ready),
    .drain_o            (drain_data),
    .drain_done_o       (drain_done)
  );

  // Post-processing.
  napier_post_processor u_post_processor (
    .clk_i,
    .rst_ni,
    .relu_i        (relu),
    .raw_i         (raw),
    .has_mask_i    (has_mask),
    .bias_k_i      (bias_k),
%if placed
    .start_i       (start),
    .m_tiles_i     (m_tiles),
    .n_tiles_i     (n_tiles),
    .n_last_i      (n_last),
    .g_last_i      (g_last),
%end
%if stochastic
    .random_key_i  (random_key),
%end
%if row_scales
    .has_row_scales_i    (has_row_scales),
    .scale_write_i       (scale_write),
    .scale_write_group_i (scale_write_group),
    .scale_data_i        (scale_data),
%end
    .drain_valid_i (drain_valid),
    .drain_ready_o (drain_ready),
    .drain_i       (drain_data),
    .mask_valid_i,
    .mask_ready_o,
    .mask_i,
    .out_valid_o,
    .out_ready_i,
    .out_o,
    .idle_o        (post_idle)
  );
%if madam

  // Weight update, independent of the matrix products.
  napier_madam_update u_madam_update (
    .clk_i,
    .rst_ni,
    .job_valid_i (update_job_valid_i),
    .job_ready_o (update_job_ready_o),
    .job_i       (update_job_i),
    .in_valid_i  (update_in_valid_i),
    .in_ready_o  (update_in_ready_o),
    .in_i        (update_in_i),
    .out_valid_o (update_out_valid_o),
    .out_ready_i (update_out_ready_i),
    .out_o       (update_out_o)
  );
%end

endmodule : napier_processing_element

`default_nettype wire

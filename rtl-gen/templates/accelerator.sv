${banner}
// ${elements} processing elements behind a global buffer and a DMA engine:
//   external memory <- mem_req, mem_rsp -> dma -> banks a, b, side -> links -> elements -> gather -> bank out -> dma
// The host sends descriptors to the engines. A word moves in a cycle in which valid and ready are both 1; valid and data
// stay until then. Every valid, ready and data output is a function of registers alone.
module napier_accelerator #(
  localparam int DmaJobWidth = 136,
  localparam int StreamJobWidth = 208,
  localparam int BeatBits = ${dram_bits},
  localparam int RequestWidth = 33 + BeatBits  // address, write, data
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      dma_job_valid_i,
  output logic                      dma_job_ready_o,
  input  logic [DmaJobWidth-1:0]    dma_job_i,
  input  logic                      a_job_valid_i,
  output logic                      a_job_ready_o,
  input  logic [StreamJobWidth-1:0] a_job_i,
  input  logic                      b_job_valid_i,
  output logic                      b_job_ready_o,
  input  logic [StreamJobWidth-1:0] b_job_i,
  input  logic                      side_job_valid_i,
  output logic                      side_job_ready_o,
  input  logic [StreamJobWidth-1:0] side_job_i,
  input  logic                      out_job_valid_i,
  output logic                      out_job_ready_o,
  input  logic [StreamJobWidth-1:0] out_job_i,
  output logic                      mem_req_valid_o,
  input  logic                      mem_req_ready_i,
  output logic [RequestWidth-1:0]   mem_req_o,
  input  logic                      mem_rsp_valid_i,
  output logic                      mem_rsp_ready_o,
  input  logic [BeatBits-1:0]       mem_rsp_i
);

  localparam int Elements = ${elements};
  localparam int KindWidth = 4;
  localparam int FillWidth = ${fill_bits};   // of the widest of banks a, b and side
  localparam int OutBankWidth = ${out_bank_bits};
  localparam int OutWidth = ${out_word_bits};
%if madam
  localparam int UpdateOutWidth = ${update_out_bits};
%end
  // Fields of a stream descriptor.
  localparam int RowAt = 0;
  localparam int WordsAt = 32;
  localparam int NeedsAt = 64;
  localparam int KindAt = 96;
  localparam int DealAt = 104;
  localparam int ChunkAt = 112;
  localparam int ChunkLastAt = 128;
  localparam int ElementsAt = 144;

  // DMA engine.
  logic [31:0] dma_done, a_done, b_done, side_done, gather_done;
  logic fill;
  logic [1:0] fill_bank;
  logic [31:0] fill_row;
  logic [FillWidth-1:0] fill_data;
  logic store_job_valid, store_job_ready, store_valid, store_ready;
  logic [31:0] store_row, store_words;
  logic [OutBankWidth-1:0] store;
  napier_dma u_dma (
    .clk_i,
    .rst_ni,
    .job_valid_i       (dma_job_valid_i),
    .job_ready_o       (dma_job_ready_o),
    .job_i             (dma_job_i),
    .mem_req_valid_o,
    .mem_req_ready_i,
    .mem_req_o,
    .mem_rsp_valid_i,
    .mem_rsp_ready_o,
    .mem_rsp_i,
    .fill_o            (fill),
    .fill_bank_o       (fill_bank),
    .fill_row_o        (fill_row),
    .fill_data_o       (fill_data),
    .store_job_valid_o (store_job_valid),
    .store_job_ready_i (store_job_ready),
    .store_row_o       (store_row),
    .store_words_o     (store_words),
    .store_valid_i     (store_valid),
    .store_ready_o     (store_ready),
    .store_i           (store),
    .a_done_i          (a_done),
    .b_done_i          (b_done),
    .side_done_i       (side_done),
    .gather_done_i     (gather_done),
    .done_o            (dma_done)
  );

  // Banks a, b and side, each with its link.
  ${banks}

  // Bank out, read by the DMA engine.
  logic collect;
  logic [${out_row_width}-1:0] collect_row;
  logic [OutBankWidth-1:0] collect_data;
  logic [31:0] unused_store_done;
  logic [KindWidth-1:0] unused_store_kind;
  logic [Elements-1:0] unused_store_to;
  napier_global_buffer #(
    .Rows     (${out_rows}),
    .RowWidth (${out_row_width}),
    .Width    (OutBankWidth)
  ) u_global_buffer_out (
    .clk_i,
    .rst_ni,
    .job_valid_i  (store_job_valid),
    .job_ready_o  (store_job_ready),
    .row_i        (store_row[${out_row_width}-1:0]),
    .words_i      (store_words),
    .needs_i      (32'd0),
    .kind_i       (KindWidth'(0)),
    .deal_i       (1'b0),
    .chunk_i      (16'd0),
    .chunk_last_i (16'd0),
    .elements_i   (Elements'(0)),
    .dma_done_i   (32'd0),
    .write_i      (collect),
    .write_row_i  (collect_row),
    .write_data_i (collect_data),
    .out_valid_o  (store_valid),
    .out_ready_i  (store_ready),
    .out_o        (store),
    .out_kind_o   (unused_store_kind),
    .out_to_o     (unused_store_to),
    .done_o       (unused_store_done)
  );
  logic [31-${out_row_width}:0] unused_store_row;
  assign unused_store_row = store_row[31:${out_row_width}];

  // Elements.
  logic [Elements-1:0] out_valid, out_ready;
  logic [Elements*OutWidth-1:0] out;
%if madam
  logic [Elements-1:0] update_out_valid, update_out_ready;
  logic [Elements*UpdateOutWidth-1:0] update_out;
%end
  for (genvar e = 0; e < Elements; e++) begin : gen_element
    logic job_ready, bias_ready, mask_ready;
%if row_scales
    logic row_scale_ready;
%end
%if madam
    logic update_job_ready, update_in_ready;
%end
    napier_processing_element u_processing_element (
      .clk_i,
      .rst_ni,
      .job_valid_i        (side_valid[e] && side_kind == 4'd2),
      .job_ready_o        (job_ready),
      .job_i              (side_word[${job_bits}-1:0]),
      .a_fill_valid_i     (a_valid[e]),
      .a_fill_ready_o     (a_ready[e]),
      .a_fill_i           (a_word),
      .b_fill_valid_i     (b_valid[e]),
      .b_fill_ready_o     (b_ready[e]),
      .b_fill_i           (b_word),
      .bias_valid_i       (side_valid[e] && side_kind == 4'd3),
      .bias_ready_o       (bias_ready),
      .bias_i             (side_word[${bias_word_bits}-1:0]),
      .mask_valid_i       (side_valid[e] && side_kind == 4'd4),
      .mask_ready_o       (mask_ready),
      .mask_i             (side_word[${post_lanes}-1:0]),
%if row_scales
      .row_scale_valid_i  (side_valid[e] && side_kind == 4'd5),
      .row_scale_ready_o  (row_scale_ready),
      .row_scale_i        (side_word[16*${post_lanes}-1:0]),
%end
%if madam
      .update_job_valid_i (side_valid[e] && side_kind == 4'd6),
      .update_job_ready_o (update_job_ready),
      .update_job_i       (side_word[${update_job_bits}-1:0]),
      .update_in_valid_i  (side_valid[e] && side_kind == 4'd7),
      .update_in_ready_o  (update_in_ready),
      .update_in_i        (side_word[${update_in_bits}-1:0]),
      .update_out_valid_o (update_out_valid[e]),
      .update_out_ready_i (update_out_ready[e]),
      .update_out_o       (update_out[e*UpdateOutWidth +: UpdateOutWidth]),
%end
      .out_valid_o        (out_valid[e]),
      .out_ready_i        (out_ready[e]),
      .out_o              (out[e*OutWidth +: OutWidth])
    );
    // Whether the channel of the word on link side is ready.
    always_comb begin
      case (side_kind)
        4'd2: side_ready[e] = job_ready;
        4'd3: side_ready[e] = bias_ready;
        4'd4: side_ready[e] = mask_ready;
%if row_scales
        4'd5: side_ready[e] = row_scale_ready;
%end
%if madam
        4'd6: side_ready[e] = update_job_ready;
        4'd7: side_ready[e] = update_in_ready;
%end
        default: side_ready[e] = 1'b0;
      endcase
    end
  end

  // Outputs.
  napier_gather u_gather (
    .clk_i,
    .rst_ni,
    .job_valid_i        (out_job_valid_i),
    .job_ready_o        (out_job_ready_o),
    .row_i              (out_job_i[RowAt +: ${out_row_width}]),
    .words_i            (out_job_i[WordsAt +: 32]),
    .needs_i            (out_job_i[NeedsAt +: 32]),
    .kind_i             (out_job_i[KindAt +: KindWidth]),
    .chunk_i            (out_job_i[ChunkAt +: 16]),
    .chunk_last_i       (out_job_i[ChunkLastAt +: 16]),
    .elements_i         (out_job_i[ElementsAt +: Elements]),
    .dma_done_i         (dma_done),
    .out_valid_i        (out_valid),
    .out_ready_o        (out_ready),
    .out_i              (out),
%if madam
    .update_out_valid_i (update_out_valid),
    .update_out_ready_o (update_out_ready),
    .update_out_i       (update_out),
%end
    .collect_o          (collect),
    .collect_row_o      (collect_row),
    .collect_data_o     (collect_data),
    .done_o             (gather_done)
  );

  // Bits of descriptors and rows that this design does not need.
  ${unused}

endmodule : napier_accelerator

`default_nettype wire

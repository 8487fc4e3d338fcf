logic ${bank}_word_valid, ${bank}_word_ready;
logic [${width}-1:0] ${bank}_bank_word, ${bank}_word;
logic [KindWidth-1:0] ${bank}_word_kind, ${bank}_kind;
logic [Elements-1:0] ${bank}_word_to, ${bank}_valid, ${bank}_ready;
napier_global_buffer #(
  .Rows     (${rows}),
  .RowWidth (${row_width}),
  .Width    (${width})
) u_global_buffer_${bank} (
  .clk_i,
  .rst_ni,
  .job_valid_i  (${bank}_job_valid_i),
  .job_ready_o  (${bank}_job_ready_o),
  .row_i        (${bank}_job_i[RowAt +: ${row_width}]),
  .words_i      (${bank}_job_i[WordsAt +: 32]),
  .needs_i      (${bank}_job_i[NeedsAt +: 32]),
  .kind_i       (${bank}_job_i[KindAt +: KindWidth]),
  .deal_i       (${bank}_job_i[DealAt]),
  .chunk_i      (${bank}_job_i[ChunkAt +: 16]),
  .chunk_last_i (${bank}_job_i[ChunkLastAt +: 16]),
  .elements_i   (${bank}_job_i[ElementsAt +: Elements]),
  .dma_done_i   (dma_done),
  .write_i      (fill && fill_bank == 2'd${number}),
  .write_row_i  (fill_row[${row_width}-1:0]),
  .write_data_i (fill_data[${width}-1:0]),
  .out_valid_o  (${bank}_word_valid),
  .out_ready_i  (${bank}_word_ready),
  .out_o        (${bank}_bank_word),
  .out_kind_o   (${bank}_word_kind),
  .out_to_o     (${bank}_word_to),
  .done_o       (${bank}_done)
);
napier_operand_link #(
  .Width (${width})
) u_operand_link_${bank} (
  .clk_i,
  .rst_ni,
  .in_valid_i (${bank}_word_valid),
  .in_ready_o (${bank}_word_ready),
  .in_i       (${bank}_bank_word),
  .in_kind_i  (${bank}_word_kind),
  .in_to_i    (${bank}_word_to),
  .valid_o    (${bank}_valid),
  .ready_i    (${bank}_ready),
  .kind_o     (${bank}_kind),
  .word_o     (${bank}_word)
);

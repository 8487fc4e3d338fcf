${banner}
// Moves words between external memory and global buffer, one descriptor after another. A word starts on a beat of its own.
module napier_dma #(
  localparam int JobWidth = 136,
  localparam int KindWidth = 4,
  localparam int BeatBits = ${dram_bits},
  localparam int RequestWidth = 33 + BeatBits,  // address, write, data
  localparam int BeatWidth = ${beat_width},         // counts the beats of the longest word
  localparam int LoadBeats = ${load_beats},         // of the longest word loaded
  localparam int FillWidth = ${fill_bits},         // of the widest bank loaded
  localparam int StoreBeats = ${store_beats},        // of the longest word stored
  localparam int StoreWidth = ${out_bank_bits}         // of bank out
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    job_valid_i,
  output logic                    job_ready_o,
  input  logic [JobWidth-1:0]     job_i,
  // External memory. Answers are always taken.
  output logic                    mem_req_valid_o,
  input  logic                    mem_req_ready_i,
  output logic [RequestWidth-1:0] mem_req_o,
  input  logic                    mem_rsp_valid_i,
  output logic                    mem_rsp_ready_o,
  input  logic [BeatBits-1:0]     mem_rsp_i,
  // Write port of the banks that are loaded.
  output logic                    fill_o,
  output logic [1:0]              fill_bank_o,
  output logic [31:0]             fill_row_o,
  output logic [FillWidth-1:0]    fill_data_o,
  // Bank out.
  output logic                    store_job_valid_o,
  input  logic                    store_job_ready_i,
  output logic [31:0]             store_row_o,
  output logic [31:0]             store_words_o,
  input  logic                    store_valid_i,
  output logic                    store_ready_o,
  input  logic [StoreWidth-1:0]   store_i,
  // Descriptors that the partners have completed, and this engine.
  input  logic [31:0]             a_done_i,
  input  logic [31:0]             b_done_i,
  input  logic [31:0]             side_done_i,
  input  logic [31:0]             gather_done_i,
  output logic [31:0]             done_o
);

  // The last beat of a word of a kind.
  function automatic logic [BeatWidth-1:0] last_beat_of(input logic [KindWidth-1:0] kind);
    case (kind)
      ${beat_cases}
      default: last_beat_of = '0;
    endcase
  endfunction

  typedef enum logic [1:0] {
    StIdle,
    StWait,
    StLoad,
    StStore
  } state_e;
  state_e state_q;

  logic [KindWidth-1:0] kind_q;
  logic [31:0] address_q, row_q, words_q, needs_q, request_words_q, done_q;
  logic [BeatWidth-1:0] request_beat_q, beat_q, last_beat;
  assign last_beat = last_beat_of(kind_q);

  // Bank of the descriptor, and how far its partner is.
  logic [1:0] bank;
  logic [31:0] partner_done;
  always_comb begin
    case (kind_q)
      4'd0: bank = 2'd0;
      4'd1: bank = 2'd1;
      4'd8, 4'd9, 4'd10: bank = 2'd3;
      default: bank = 2'd2;
    endcase
    case (bank)
      2'd0: partner_done = a_done_i;
      2'd1: partner_done = b_done_i;
      2'd2: partner_done = side_done_i;
      default: partner_done = gather_done_i;
    endcase
  end

  // Words to store: two, so that the bank's ready depends on registers alone.
  logic stores, store_waiting, pop;
  logic [StoreWidth-1:0] store_word;
  napier_queue #(
    .Width (StoreWidth),
    .Depth (2)
  ) u_store_queue (
    .clk_i,
    .rst_ni,
    .push_i      (store_valid_i && store_ready_o),
    .data_i      (store_i),
    .pop_i       (pop),
    .not_empty_o (store_waiting),
    .not_full_o  (store_ready_o),
    .head_o      (store_word)
  );
  logic [StoreBeats*BeatBits-1:0] padded_word;
  logic [BeatBits-1:0] store_beat;
  assign padded_word = (StoreBeats*BeatBits)'(store_word);
  always_comb begin
    store_beat = '0;
    for (int i = 0; i < StoreBeats; i++) begin
      if (beat_q == BeatWidth'(i)) store_beat = padded_word[i*BeatBits +: BeatBits];
    end
  end

  // Requests.
  logic take_job, begins, requested, answered, word_done, complete;
  assign job_ready_o = state_q == StIdle;
  assign take_job = job_valid_i && job_ready_o;
  assign begins = state_q == StWait && partner_done >= needs_q;
  assign stores = state_q == StStore;
  assign mem_req_valid_o = stores ? store_waiting : state_q == StLoad && request_words_q != '0;
  assign mem_req_o = {stores ? store_beat : BeatBits'(0), stores, address_q};
  assign requested = mem_req_valid_o && mem_req_ready_i;
  assign mem_rsp_ready_o = 1'b1;
  assign answered = mem_rsp_valid_i;
  assign pop = stores && requested && beat_q == last_beat;
  assign word_done = pop || (answered && beat_q == last_beat);
  assign complete = word_done && words_q == 32'd1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q         <= StIdle;
      request_words_q <= '0;
      request_beat_q  <= '0;
      beat_q          <= '0;
      words_q         <= '0;
      done_q          <= '0;
    end else begin
      case (state_q)
        StIdle: if (take_job) state_q <= StWait;
        StWait: if (begins) state_q <= bank == 2'd3 ? StStore : StLoad;
        default: if (complete) state_q <= StIdle;
      endcase
      if (complete) done_q <= done_q + 1'b1;
      if (take_job) begin
        words_q         <= job_i[72 +: 32];
        request_words_q <= job_i[72 +: 32];
        request_beat_q  <= '0;
        beat_q          <= '0;
      end else begin
        if (word_done) words_q <= words_q - 1'b1;
        if (requested && !stores) begin
          request_beat_q <= request_beat_q == last_beat ? '0 : request_beat_q + 1'b1;
          if (request_beat_q == last_beat) request_words_q <= request_words_q - 1'b1;
        end
        if (answered || (requested && stores)) beat_q <= beat_q == last_beat ? '0 : beat_q + 1'b1;
      end
    end
  end
  logic [3:0] unused_kind;
  assign unused_kind = job_i[7:4];
  always_ff @(posedge clk_i) begin
    if (take_job) begin
      kind_q    <= job_i[0 +: KindWidth];
      address_q <= job_i[8 +: 32];
      row_q     <= job_i[40 +: 32];
      needs_q   <= job_i[104 +: 32];
    end else begin
      if (requested) address_q <= address_q + 1'b1;
      if (answered && beat_q == last_beat) row_q <= row_q + 1'b1;
    end
  end

  // Loads: the first beat of a word clears the rest.
  logic fill_q;
  logic [31:0] fill_row_q;
  logic [LoadBeats*BeatBits-1:0] assembly_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) fill_q <= 1'b0;
    else fill_q <= answered && beat_q == last_beat;
  end
  always_ff @(posedge clk_i) begin
    if (answered) begin
      fill_row_q <= row_q;
      for (int i = 0; i < LoadBeats; i++) begin
        if (beat_q == BeatWidth'(i)) assembly_q[i*BeatBits +: BeatBits] <= mem_rsp_i;
        else if (beat_q == '0) assembly_q[i*BeatBits +: BeatBits] <= '0;
      end
    end
  end
%if fill_padding
  logic [LoadBeats*BeatBits-FillWidth-1:0] unused_padding;
  assign unused_padding = assembly_q[LoadBeats*BeatBits-1:FillWidth];
%end

  // Stores: the words are asked of bank out.
  logic store_job_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) store_job_q <= 1'b0;
    else if (begins && bank == 2'd3) store_job_q <= 1'b1;
    else if (store_job_ready_i) store_job_q <= 1'b0;
  end

  assign fill_o = fill_q;
  assign fill_bank_o = bank;
  assign fill_row_o = fill_row_q;
  assign fill_data_o = assembly_q[FillWidth-1:0];
  assign store_job_valid_o = store_job_q;
  assign store_row_o = row_q;
  assign store_words_o = words_q;
  assign done_o = done_q;

endmodule : napier_dma

`default_nettype wire

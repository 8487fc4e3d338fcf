${banner}
// Takes outputs from the elements, in turn, into bank out. Outputs wait in a queue at each element.
module napier_gather #(
  localparam int Elements = ${elements},
  localparam int KindWidth = 4,
  localparam int Lanes = ${post_lanes},           // outputs of a word
  localparam int OutputWidth = ${output_bits},     // an output on its channel
  localparam int OperandWidth = ${operand_bits},    // an operand word
  localparam int OutWidth = ${out_word_bits},
%if madam
  localparam int UpdateOutWidth = ${update_out_bits},
%end
  localparam int RowWidth = ${out_row_width},        // counts the rows of bank out
  localparam int Width = ${out_bank_bits},           // of bank out
  localparam int WaitWidth = ${link_wait_width}
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  // Descriptor; it starts when the dma engine has completed `needs` of its own.
  input  logic                               job_valid_i,
  output logic                               job_ready_o,
  input  logic [RowWidth-1:0]                row_i,
  input  logic [31:0]                        words_i,
  input  logic [31:0]                        needs_i,
  input  logic [KindWidth-1:0]               kind_i,
  input  logic [15:0]                        chunk_i,
  input  logic [15:0]                        chunk_last_i,
  input  logic [Elements-1:0]                elements_i,
  input  logic [31:0]                        dma_done_i,
  // Elements.
  input  logic [Elements-1:0]                out_valid_i,
  output logic [Elements-1:0]                out_ready_o,
  input  logic [Elements*OutWidth-1:0]       out_i,
%if madam
  input  logic [Elements-1:0]                update_out_valid_i,
  output logic [Elements-1:0]                update_out_ready_o,
  input  logic [Elements*UpdateOutWidth-1:0] update_out_i,
%end
  // Bank out.
  output logic                               collect_o,
  output logic [RowWidth-1:0]                collect_row_o,
  output logic [Width-1:0]                   collect_data_o,
  output logic [31:0]                        done_o  // descriptors completed
);

  localparam logic [KindWidth-1:0] KindOut = 4'd8;
%if madam
  localparam logic [KindWidth-1:0] KindUpdateOut = 4'd10;
%end

  // Cycles that a word of a kind stays under way beyond the first.
  function automatic logic [WaitWidth-1:0] more_cycles(input logic [KindWidth-1:0] kind);
    case (kind)
      ${link_cases}
      default: more_cycles = '0;
    endcase
  endfunction

  typedef enum logic [1:0] {
    StIdle,
    StWait,
    StRun
  } state_e;
  state_e state_q;

  logic [RowWidth-1:0] row_q;
  logic [31:0] left_q, needs_q, done_q;
  logic [KindWidth-1:0] kind_q;
  logic [WaitWidth-1:0] wait_q;
  logic [Elements-1:0] turn;

  logic take_job, listens, take;
  assign job_ready_o = state_q == StIdle;
  assign take_job = job_valid_i && job_ready_o;
  assign listens = state_q == StRun && wait_q == '0;

  napier_turns u_turns (
    .clk_i,
    .rst_ni,
    .start_i      (take_job),
    .elements_i,
    .chunk_i,
    .chunk_last_i,
    .step_i       (take),
    .turn_o       (turn)
  );

  // The queues, and the word of the element at turn.
  logic [Elements-1:0] queued, pop;
  logic [Elements*OutWidth-1:0] heads;
  logic [OutWidth-1:0] head;
%if madam
  logic updates;
  logic [UpdateOutWidth-1:0] update_head;
  assign updates = kind_q == KindUpdateOut;
  assign update_out_ready_o = listens && updates ? turn : '0;
  assign pop = listens && !updates ? turn & queued : '0;
  assign take = (update_out_ready_o & update_out_valid_i) != '0 || pop != '0;
%else
  assign pop = listens ? turn & queued : '0;
  assign take = pop != '0;
%end
  for (genvar e = 0; e < Elements; e++) begin : gen_queue
    napier_queue #(
      .Width (OutWidth),
      .Depth (${out_queue})
    ) u_queue (
      .clk_i,
      .rst_ni,
      .push_i      (out_valid_i[e] && out_ready_o[e]),
      .data_i      (out_i[e*OutWidth +: OutWidth]),
      .pop_i       (pop[e]),
      .not_empty_o (queued[e]),
      .not_full_o  (out_ready_o[e]),
      .head_o      (heads[e*OutWidth +: OutWidth])
    );
  end
  always_comb begin
    head = '0;
%if madam
    update_head = '0;
%end
    for (int e = 0; e < Elements; e++) begin
      if (turn[e]) head = heads[e*OutWidth +: OutWidth];
%if madam
      if (turn[e]) update_head = update_out_i[e*UpdateOutWidth +: UpdateOutWidth];
%end
    end
  end

  // Operand words are packed.
  logic [Lanes*OperandWidth-1:0] packed_head;
  for (genvar i = 0; i < Lanes; i++) begin : gen_pack
    assign packed_head[i*OperandWidth +: OperandWidth] = head[i*OutputWidth +: OperandWidth];
  end
  logic [Width-1:0] data;
  always_comb begin
    if (kind_q == KindOut) data = Width'(packed_head);
%if madam
    else if (updates) data = Width'(update_head);
%end
    else data = Width'(head);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      left_q  <= '0;
      wait_q  <= '0;
      done_q  <= '0;
    end else begin
      case (state_q)
        StIdle: if (take_job) begin
          state_q <= StWait;
          left_q  <= words_i;
        end
        StWait: if (dma_done_i >= needs_q) state_q <= StRun;
        StRun: begin
          if (wait_q != '0) wait_q <= wait_q - 1'b1;
          if (take) begin
            left_q <= left_q - 1'b1;
            wait_q <= more_cycles(kind_q);
            if (left_q == 32'd1) begin
              wait_q  <= '0;
              state_q <= StIdle;
              done_q  <= done_q + 1'b1;
            end
          end
        end
        default: state_q <= StIdle;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (take_job) begin
      row_q   <= row_i;
      needs_q <= needs_i;
      kind_q  <= kind_i;
    end else if (take) begin
      row_q <= row_q + 1'b1;
    end
  end

  // Write port of bank out.
  logic collect_q;
  logic [RowWidth-1:0] collect_row_q;
  logic [Width-1:0] collect_data_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) collect_q <= 1'b0;
    else collect_q <= take;
  end
  always_ff @(posedge clk_i) begin
    if (take) begin
      collect_row_q  <= row_q;
      collect_data_q <= data;
    end
  end

  assign collect_o = collect_q;
  assign collect_row_o = collect_row_q;
  assign collect_data_o = collect_data_q;
  assign done_o = done_q;

endmodule : napier_gather

`default_nettype wire

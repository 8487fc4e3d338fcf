${banner}
// One bank of the global buffer: a memory with a write port, and the engine that reads its rows in the order of
// descriptors. Words go to the elements of a descriptor in turn (deal) or each to all.
module napier_global_buffer #(
  parameter int Rows = 2,
  parameter int RowWidth = 1,  // counts Rows
  parameter int Width = 8,
  localparam int Elements = ${elements},
  localparam int KindWidth = 4
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // Descriptor; it starts when the dma engine has completed `needs` of its own.
  input  logic                 job_valid_i,
  output logic                 job_ready_o,
  input  logic [RowWidth-1:0]  row_i,
  input  logic [31:0]          words_i,
  input  logic [31:0]          needs_i,
  input  logic [KindWidth-1:0] kind_i,
  input  logic                 deal_i,
  input  logic [15:0]          chunk_i,
  input  logic [15:0]          chunk_last_i,
  input  logic [Elements-1:0]  elements_i,
  input  logic [31:0]          dma_done_i,
  // Write port.
  input  logic                 write_i,
  input  logic [RowWidth-1:0]  write_row_i,
  input  logic [Width-1:0]     write_data_i,
  // Words read.
  output logic                 out_valid_o,
  input  logic                 out_ready_i,
  output logic [Width-1:0]     out_o,
  output logic [KindWidth-1:0] out_kind_o,
  output logic [Elements-1:0]  out_to_o,
  output logic [31:0]          done_o  // descriptors completed
);

  typedef enum logic [1:0] {
    StIdle,
    StWait,
    StRun
  } state_e;
  state_e state_q;

  logic [RowWidth-1:0] row_q;
  logic [31:0] left_q, needs_q, done_q;
  logic [KindWidth-1:0] kind_q, out_kind_q;
  logic [Elements-1:0] elements_q, turn, out_to_q;
  logic deal_q, out_valid_q;

  logic take_job, fire, load, complete;
  assign job_ready_o = state_q == StIdle;
  assign take_job = job_valid_i && job_ready_o;
  assign fire = out_valid_q && out_ready_i;
  assign load = state_q == StRun && left_q != '0 && (!out_valid_q || fire);
  assign complete = fire && left_q == '0;

  napier_turns u_turns (
    .clk_i,
    .rst_ni,
    .start_i      (take_job),
    .elements_i,
    .chunk_i,
    .chunk_last_i,
    .step_i       (load && deal_q),
    .turn_o       (turn)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q     <= StIdle;
      left_q      <= '0;
      out_valid_q <= 1'b0;
      done_q      <= '0;
    end else begin
      case (state_q)
        StIdle: if (take_job) begin
          state_q <= StWait;
          left_q  <= words_i;
        end
        StWait: if (dma_done_i >= needs_q) state_q <= StRun;
        StRun: begin
          if (load) left_q <= left_q - 1'b1;
          if (complete) begin
            state_q <= StIdle;
            done_q  <= done_q + 1'b1;
          end
        end
        default: state_q <= StIdle;
      endcase
      if (load) out_valid_q <= 1'b1;
      else if (fire) out_valid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_job) begin
      row_q      <= row_i;
      needs_q    <= needs_i;
      kind_q     <= kind_i;
      deal_q     <= deal_i;
      elements_q <= elements_i;
    end else if (load) begin
      row_q <= row_q + 1'b1;
    end
    if (load) begin
      out_kind_q <= kind_q;
      out_to_q   <= deal_q ? turn : elements_q;
    end
  end

  // The memory, written and read in the same cycle where both ports are used.
  logic [Width-1:0] mem [Rows];
  logic [Width-1:0] out_q;
  always_ff @(posedge clk_i) begin
    if (write_i) mem[write_row_i] <= write_data_i;
  end
  always_ff @(posedge clk_i) begin
    if (load) out_q <= mem[row_q];
  end

  assign out_valid_o = out_valid_q;
  assign out_o = out_q;
  assign out_kind_o = out_kind_q;
  assign out_to_o = out_to_q;
  assign done_o = done_q;

endmodule : napier_global_buffer

`default_nettype wire

${banner}
%if replay
// Buffer A: ${banks} banks, one a lane, of ${depth} rows. A tile of k_tiles rows is read once for every n tile of the job; in the
// last pass its rows are freed.
%else
// Buffer B: a queue of ${depth} vectors.
%end
module napier_operand_buffer_${buffer_name} #(
%if replay
  localparam int Banks = ${banks},
%end
  localparam int Depth = ${depth},
  localparam int WordWidth = ${word_width}  // ${word_meaning}
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
%if replay
  // Job: taken with start_i.
  input  logic                       start_i,
  input  logic [15:0]                k_tiles_i,
  input  logic [15:0]                n_tiles_i,
  input  logic [15:0]                m_tiles_i,
%end
  input  logic                       fill_valid_i,
  output logic                       fill_ready_o,
  input  logic [WordWidth-1:0]       fill_i,
  output logic                       out_valid_o,
  input  logic                       out_ready_i,
%if replay
  output logic [Banks*WordWidth-1:0] out_o
%else
  output logic [WordWidth-1:0]       out_o
%end
);

  localparam int RowWidth = ${row_width};    // counts Depth rows
  localparam int CountWidth = ${count_width};  // holds 0..Depth
%if replay
  localparam int BankWidth = ${bank_width};  // counts Banks
%end

  logic [RowWidth-1:0] write_row_q, base_q;
  logic [CountWidth-1:0] complete_q;  // rows that can be read
  logic out_valid_q;

  // Fill.
  logic fill, row_filled;
  assign fill_ready_o = complete_q < CountWidth'(Depth);
  assign fill = fill_valid_i && fill_ready_o;
%if replay
  logic [BankWidth-1:0] write_bank_q;
  assign row_filled = fill && write_bank_q == BankWidth'(Banks - 1);
%else
  assign row_filled = fill;
%end

  // Load the output register.
  logic load, free_row;
  logic [RowWidth-1:0] read_row;
%if replay
  logic active_q, last_pass;
  logic [CountWidth-1:0] offset_q;
  logic [15:0] window_q, pass_q, repeat_q, tiles_left_q;
  logic [CountWidth:0] wrapped_row;
  assign last_pass = pass_q == repeat_q - 1'b1;
  assign load = (!out_valid_q || out_ready_i) && active_q
      && (last_pass ? complete_q != '0 : offset_q < complete_q);
  assign free_row = load && last_pass;

  // The last pass reads at the base, which then advances; the others at base + offset, modulo Depth.
  assign wrapped_row = (CountWidth+1)'(base_q) + (CountWidth+1)'(offset_q);
  always_comb begin
    if (last_pass) read_row = base_q;
    else if (wrapped_row >= (CountWidth+1)'(Depth)) read_row = RowWidth'(wrapped_row - (CountWidth+1)'(Depth));
    else read_row = RowWidth'(wrapped_row);
  end
%else
  assign load = (!out_valid_q || out_ready_i) && complete_q != '0;
  assign free_row = load;
  assign read_row = base_q;
%end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
%if replay
      write_bank_q <= '0;
%end
      write_row_q  <= '0;
      complete_q   <= '0;
      base_q       <= '0;
      out_valid_q  <= 1'b0;
    end else begin
%if replay
      if (fill) write_bank_q <= row_filled ? '0 : write_bank_q + 1'b1;
%end
      if (row_filled) write_row_q <= write_row_q == RowWidth'(Depth - 1) ? '0 : write_row_q + 1'b1;
      if (row_filled && !free_row) complete_q <= complete_q + 1'b1;
      if (!row_filled && free_row) complete_q <= complete_q - 1'b1;
      if (free_row) base_q <= base_q == RowWidth'(Depth - 1) ? '0 : base_q + 1'b1;
      if (load) out_valid_q <= 1'b1;
      else if (out_ready_i) out_valid_q <= 1'b0;
    end
  end

%if replay
  // Walk of the job: k_tiles rows a pass, n_tiles passes a tile, m_tiles tiles. Nothing reads the counters before a
  // start has set them, so that active_q alone is reset.
  logic last_offset;
  assign last_offset = 16'(offset_q) == window_q - 1'b1;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (start_i) active_q <= 1'b1;
    else if (load && last_offset && last_pass && tiles_left_q == 16'd1) active_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      offset_q     <= '0;
      window_q     <= k_tiles_i;
      pass_q       <= '0;
      repeat_q     <= n_tiles_i;
      tiles_left_q <= m_tiles_i;
    end else if (load) begin
      offset_q <= last_offset ? '0 : offset_q + 1'b1;
      if (last_offset) begin
        pass_q <= last_pass ? '0 : pass_q + 1'b1;
        if (last_pass) tiles_left_q <= tiles_left_q - 1'b1;
      end
    end
  end

  // Banks: one memory a lane, written one at a time and read all at once.
  for (genvar bank = 0; bank < Banks; bank++) begin : gen_bank
    logic [WordWidth-1:0] mem [Depth];
    logic [WordWidth-1:0] out_q;
    always_ff @(posedge clk_i) begin
      if (fill && write_bank_q == BankWidth'(bank)) mem[write_row_q] <= fill_i;
    end
    always_ff @(posedge clk_i) begin
      if (load) out_q <= mem[read_row];
    end
    assign out_o[bank*WordWidth +: WordWidth] = out_q;
  end
%else
  logic [WordWidth-1:0] mem [Depth];
  logic [WordWidth-1:0] out_q;
  always_ff @(posedge clk_i) begin
    if (fill) mem[write_row_q] <= fill_i;
  end
  always_ff @(posedge clk_i) begin
    if (load) out_q <= mem[read_row];
  end
  assign out_o = out_q;
%end

  assign out_valid_o = out_valid_q;

endmodule : napier_operand_buffer_${buffer_name}

`default_nettype wire

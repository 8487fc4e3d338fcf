${banner}
// First-in first-out queue whose outputs are functions of its registers alone. The user never pushes into a full
// queue and never pops an empty one.
module napier_queue #(
  parameter int Width = 8,
  parameter int Depth = 2  // at least 2
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             push_i,
  input  logic [Width-1:0] data_i,
  input  logic             pop_i,
  output logic             not_empty_o,
  output logic             not_full_o,
  output logic [Width-1:0] head_o
);

  localparam int PointerWidth = $clog2(Depth);
  localparam int CountWidth = $clog2(Depth + 1);

  logic [Width-1:0] data_q [Depth];
  logic [PointerWidth-1:0] read_q, write_q;
  logic [CountWidth-1:0] count_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_q  <= '0;
      write_q <= '0;
      count_q <= '0;
    end else begin
      if (push_i) write_q <= write_q == PointerWidth'(Depth - 1) ? '0 : write_q + 1'b1;
      if (pop_i) read_q <= read_q == PointerWidth'(Depth - 1) ? '0 : read_q + 1'b1;
      if (push_i && !pop_i) count_q <= count_q + 1'b1;
      if (!push_i && pop_i) count_q <= count_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push_i) data_q[write_q] <= data_i;
  end

  assign not_empty_o = count_q != '0;
  assign not_full_o = count_q != CountWidth'(Depth);
  assign head_o = data_q[read_q];

endmodule : napier_queue

`default_nettype wire

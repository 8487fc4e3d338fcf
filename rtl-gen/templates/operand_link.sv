${banner}
// Carries the words of a bank to the elements, ${link_bits} bits a cycle, each to one element or to several at once. A word
// stays until the last of them has taken it.
module napier_operand_link #(
  parameter int Width = 8,
  localparam int Elements = ${elements},
  localparam int KindWidth = 4,
  localparam int WaitWidth = ${link_wait_width}  // counts the cycles of the longest word but one
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 in_valid_i,
  output logic                 in_ready_o,
  input  logic [Width-1:0]     in_i,
  input  logic [KindWidth-1:0] in_kind_i,
  input  logic [Elements-1:0]  in_to_i,
  output logic [Elements-1:0]  valid_o,  // offered to these elements
  input  logic [Elements-1:0]  ready_i,  // of the channels of kind_o
  output logic [KindWidth-1:0] kind_o,
  output logic [Width-1:0]     word_o
);

  // Cycles that a word of a kind stays under way beyond the first.
  function automatic logic [WaitWidth-1:0] more_cycles(input logic [KindWidth-1:0] kind);
    case (kind)
      ${link_cases}
      default: more_cycles = '0;
    endcase
  endfunction

  logic waiting, take;
  logic [KindWidth-1:0] head_kind;
  logic [Elements-1:0] head_to;
  logic [Width-1:0] head;
  napier_queue #(
    .Width (Elements + KindWidth + Width),
    .Depth (2)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .push_i      (in_valid_i && in_ready_o),
    .data_i      ({in_to_i, in_kind_i, in_i}),
    .pop_i       (take),
    .not_empty_o (waiting),
    .not_full_o  (in_ready_o),
    .head_o      ({head_to, head_kind, head})
  );

  logic [Elements-1:0] pending_q, left;
  logic [WaitWidth-1:0] wait_q;
  logic [KindWidth-1:0] kind_q;
  logic [Width-1:0] word_q;
  assign valid_o = wait_q == '0 ? pending_q : '0;
  assign left = pending_q & ~(valid_o & ready_i);
  assign take = wait_q == '0 && left == '0 && waiting;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending_q <= '0;
      wait_q    <= '0;
      kind_q    <= '0;
    end else begin
      pending_q <= take ? head_to : left;
      if (take) wait_q <= more_cycles(head_kind);
      else if (wait_q != '0) wait_q <= wait_q - 1'b1;
      if (take) kind_q <= head_kind;
    end
  end
  always_ff @(posedge clk_i) begin
    if (take) word_q <= head;
  end

  assign kind_o = kind_q;
  assign word_o = word_q;

endmodule : napier_operand_link

`default_nettype wire

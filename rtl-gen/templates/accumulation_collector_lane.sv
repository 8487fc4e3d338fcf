${banner}
// One lane's partial sums: adds a vector sum to the chosen entry, ${overflow_text}.
module napier_accumulation_collector_lane #(
  localparam int Entries = ${entries},
  localparam int EntryWidth = ${entry_width},
  localparam int SumWidth = ${sum_bits},
  localparam int AccumulatorWidth = ${accumulator_bits}
) (
  input  logic                        clk_i,
  input  logic                        bias_write_i,
  input  logic [AccumulatorWidth-1:0] bias_i,
  input  logic                        has_bias_i,     // the first sum is added to the bias, not to 0
  input  logic                        sum_valid_i,
  input  logic [SumWidth-1:0]         sum_i,
  input  logic [EntryWidth-1:0]       sum_entry_i,
  input  logic                        sum_first_i,
  input  logic [EntryWidth-1:0]       read_entry_i,
  output logic [AccumulatorWidth-1:0] read_o
);

  localparam int ExactWidth = ${exact_bits};  // one bit more than accumulator and sum: nothing is lost

  logic [AccumulatorWidth-1:0] bias_q;
  logic [AccumulatorWidth-1:0] acc_q [Entries];

  always_ff @(posedge clk_i) begin
    if (bias_write_i) bias_q <= bias_i;
  end

  // First addend of an output is its bias, or 0.
  logic [AccumulatorWidth-1:0] addend, after;
  assign addend = !sum_first_i ? acc_q[sum_entry_i] : has_bias_i ? bias_q : '0;

  logic signed [ExactWidth-1:0] exact;
  assign exact = ExactWidth'($signed(addend)) + ExactWidth'($signed(sum_i));
%if saturate
  // Saturate where the exact sum does not fit: the bits above the accumulator's sign are not all alike.
  logic overflow;
  assign overflow = exact[ExactWidth-1:AccumulatorWidth-1]
      != {(ExactWidth-AccumulatorWidth+1){exact[ExactWidth-1]}};
  assign after = overflow ? {exact[ExactWidth-1], {(AccumulatorWidth-1){!exact[ExactWidth-1]}}}
                          : exact[AccumulatorWidth-1:0];
%else
  logic [ExactWidth-AccumulatorWidth-1:0] unused_high;
  assign {unused_high, after} = exact;
%end

  always_ff @(posedge clk_i) begin
    if (sum_valid_i) acc_q[sum_entry_i] <= after;
  end

  assign read_o = acc_q[read_entry_i];

endmodule : napier_accumulation_collector_lane

`default_nettype wire

// Drives each cycle of a run of the SystemC model and compares what is seen before each clock edge.
module cycle_bench;
  localparam int Cycles = ${cycles};
  logic clk, rst_n, failed;
  logic [${width}-1:0] vector;
  logic [${width}-1:0] vectors [0:Cycles-1];
  int reset_after, cycle;

  ${wires}

  ${top} u_dut (
    .clk_i  (clk),
    .rst_ni (rst_n)${connections}
  );

  task automatic run(input int cycles, input logic checked);
    for (cycle = 0; cycle < cycles && !failed; cycle++) begin
      vector = vectors[cycle];
      #5;
      if (checked) begin
        ${checks}
      end
      clk = 1'b1;
      #5;
      clk = 1'b0;
    end
  endtask

  // Asserted between two edges, held for two.
  task automatic reset;
    #2 rst_n = 1'b0;
    #3 clk = 1'b1;
    #5 clk = 1'b0;
    #5 clk = 1'b1;
    #5 clk = 1'b0;
    #3 rst_n = 1'b1;
    #2;
  endtask

  initial begin
    $readmemh("cycles.hex", vectors);
    if (!$value$plusargs("reset_after=%d", reset_after)) reset_after = 0;
    clk = 1'b0;
    rst_n = 1'b1;
    failed = 1'b0;
    vector = vectors[0];
    reset;
    if (reset_after > 0) begin
      run(reset_after, 1'b0);
      reset;
    end
    run(Cycles, 1'b1);
    if (!failed) $display("PASS");
    $finish;
  end
endmodule

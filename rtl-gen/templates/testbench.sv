${banner}
// Self-checking testbench: sends the words of a trace and compares what comes back. Prints PASS, or FAIL with the
// first wrong word and ends with a non-zero exit code. Run in the folder that holds napier.f:
//   $ iverilog -g2012 -s tb_processing_element -o tb.vvp -f napier.f tb/tb_processing_element.sv && vvp -N tb.vvp
//   $ verilator --binary --timing -Wno-fatal --top-module tb_processing_element -f napier.f tb/tb_processing_element.sv
//   $ ./obj_dir/Vtb_processing_element
`timescale 1ns / 1ps

// Offers the words of a file, one after another, without a pause.
module tb_source #(
  parameter int Width = 8,
  parameter int Words = 1,
  parameter File = ""
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o,
  output logic             done_o
);

  logic [Width-1:0] words [0:Words-1];
  int index;
  initial $readmemh(File, words);

  assign valid_o = rst_ni && index < Words;
  assign data_o = index < Words ? words[index] : '0;
  assign done_o = index == Words;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) index <= 0;
    else if (valid_o && ready_i) index <= index + 1;
  end

endmodule : tb_source

// Takes words and compares them with those of a file.
module tb_sink #(
  parameter int Width = 8,
  parameter int Words = 1,
  parameter File = ""
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,
  output logic             done_o
);

  logic [Width-1:0] words [0:Words-1];
  int index;
  initial $readmemh(File, words);

  assign ready_o = rst_ni;
  assign done_o = index == Words;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      index <= 0;
    end else if (valid_i) begin
      if (index == Words) begin
        $display("FAIL %m: a word after the last: %h", data_i);
        $fatal(1);
      end else if (data_i !== words[index]) begin
        $display("FAIL %m: word %0d is %h, expected %h", index, data_i, words[index]);
        $fatal(1);
      end
      index <= index + 1;
    end
  end

endmodule : tb_sink

module tb_processing_element;

  localparam int IdleLimit = 100000;  // cycles without any word moving after which the element hangs

  logic clk, rst_n;
  initial clk = 1'b0;
  always #${half_period} clk = ~clk;
  initial begin
    rst_n = 1'b0;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
  end

  ${channels}

  napier_processing_element u_processing_element (
    .clk_i  (clk),
    .rst_ni (rst_n),
    ${connections}
  );

  // The end: every word has moved.
  logic all_done, any_moved;
  assign all_done = ${all_done};
  assign any_moved = ${any_moved};
  int cycles, idle;
  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      cycles <= 0;
      idle   <= 0;
    end else begin
      cycles <= cycles + 1;
      idle   <= any_moved ? 0 : idle + 1;
      if (all_done) begin
        $display("PASS: ${words} words in %0d cycles", cycles);
        $finish;
      end else if (idle == IdleLimit) begin
        $display("FAIL: nothing moves any more");
        $fatal(1);
      end
    end
  end

endmodule : tb_processing_element

`default_nettype wire

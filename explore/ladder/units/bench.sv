// Tries every value of the free inputs.
module bench;
  localparam int FreeWidth = ${free_bits};
  logic [${input_bits}-1:0] in;
  logic [${output_bits}-1:0] out;
  logic [${output_bits}-1:0] expected [0:(1 << FreeWidth) - 1];
  int wrong;
  unit u_unit (
    .in_i  (in),
    .out_o (out)
  );
  initial begin
    $readmemh("expected.hex", expected);
    wrong = 0;
    for (int i = 0; i < 1 << FreeWidth && wrong == 0; i++) begin
      in = ${input_bits}'h${fixed};
      in[FreeWidth-1:0] = i[FreeWidth-1:0];
      #1;
      if (out !== expected[i]) begin
        $display("free inputs %h: %h, expected %h", i[FreeWidth-1:0], out, expected[i]);
        wrong = 1;
      end
    end
    if (wrong == 0) $display("PASS");
  end
endmodule

${banner}
// For verification alone: the design with its inner channels brought out, so that the design itself
// stays free of test ports.
module napier_probe (
  input  logic clk_i,
  input  logic rst_ni,
  ${ports}
);

  napier_${top} u_${top} (.*);

  ${assignments}

endmodule : napier_probe

`default_nettype wire

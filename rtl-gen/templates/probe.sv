${banner}
// For verification alone: the processing element with its inner channels brought out, so that the design itself
// stays free of test ports.
module napier_probe (
  input  logic clk_i,
  input  logic rst_ni,
  ${ports}
);

  napier_processing_element u_processing_element (.*);

  ${assignments}

endmodule : napier_probe

`default_nettype wire

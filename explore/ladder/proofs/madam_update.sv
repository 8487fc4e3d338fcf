// Zero gradients, which leave a weight as it is, so that each can be told from the others as it comes out.
module proof (
  input  logic clk_i,
  input  logic choose_i, job_valid_i, in_valid_i, out_ready_i,
  input  logic [1:0] words_i,
  input  logic [${update_bits}-1:0] weight_i,
  output logic bad_o
);
  logic rst_n, job_ready, in_ready, out_valid, bad;
  logic [${update_in_bits}-1:0] in;
  logic [${update_out_bits}-1:0] out;
  logic [${update_job_bits}-1:0] job;
  first_reset u_reset (.clk_i(clk_i), .rst_no(rst_n));
  assign job = ${update_job_bits}'(words_i);
  assign in = ${update_in_bits}'(weight_i);
  napier_madam_update u_dut (
    .clk_i(clk_i), .rst_ni(rst_n), .job_valid_i(job_valid_i && rst_n), .job_ready_o(job_ready), .job_i(job),
    .in_valid_i(in_valid_i && rst_n), .in_ready_o(in_ready), .in_i(in),
    .out_valid_o(out_valid), .out_ready_i(out_ready_i), .out_o(out)
  );
  // Words that the job still takes.
  logic [1:0] left_q;
  logic take;
  assign take = in_valid_i && in_ready && rst_n;
  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) left_q <= '0;
    else if (job_valid_i && job_ready) left_q <= words_i;
    else if (take) left_q <= left_q - 2'd1;
  end
  follow #(.Width(${update_bits}), .Most(${update_depth}), .Patience(${update_registers})) u_follow (
    .clk_i(clk_i), .rst_ni(rst_n), .choose_i(choose_i), .enter_i(take), .enter_data_i(weight_i),
    .valid_i(out_valid), .ready_i(out_ready_i), .data_i(out[${update_bits}-1:0]), .bad_o(bad)
  );
  assign bad_o = rst_n && (bad || (in_ready && left_q == '0) || (job_ready && (left_q != '0 || out_valid)));
endmodule

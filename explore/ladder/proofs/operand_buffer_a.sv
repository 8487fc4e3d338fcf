// Jobs of up to ${depth} rows, 2 n tiles and 2 m tiles. A freely chosen row is followed through all its passes.
module proof (
  input  logic clk_i,
  input  logic choose_i, start_i, fill_valid_i, out_ready_i,
  input  logic [1:0] k_tiles_i, n_tiles_i, m_tiles_i,
  input  logic [${stationary_width}-1:0] fill_i,
  output logic bad_o
);
  logic rst_n, fill_ready, out_valid, fill, fire, start, legal_job;
  logic [${lanes}*${stationary_width}-1:0] out;
  first_reset u_reset (.clk_i(clk_i), .rst_no(rst_n));

  // The walk as it should be.
  logic active_q;
  logic [1:0] k_q, n_q, m_q, kt_q, nt_q, mt_q;
  logic last_k, last_n, last_m;
  assign legal_job = k_tiles_i != '0 && k_tiles_i <= 2'd${depth} && n_tiles_i != '0 && n_tiles_i < 2'd3
      && m_tiles_i != '0 && m_tiles_i < 2'd3;
  assign start = rst_n && start_i && !active_q && legal_job;
  assign last_k = kt_q == k_q - 2'd1;
  assign last_n = nt_q == n_q - 2'd1;
  assign last_m = mt_q == m_q - 2'd1;
  assign fire = out_valid && out_ready_i;
  assign fill = fill_valid_i && fill_ready;

  napier_operand_buffer_a u_dut (
    .clk_i(clk_i), .rst_ni(rst_n), .start_i(start), .k_tiles_i(16'(k_tiles_i)), .n_tiles_i(16'(n_tiles_i)),
    .m_tiles_i(16'(m_tiles_i)), .fill_valid_i(fill_valid_i), .fill_ready_o(fill_ready), .fill_i(fill_i),
    .out_valid_o(out_valid), .out_ready_i(out_ready_i), .out_o(out)
  );

  // Rows: inside counts from the tile's first row; bank_q the word of the row that is being filled.
  logic [3:0] inside_q, place_q, waited_q;
  logic [1:0] bank_q;
  logic chosen_q, held_q, bad_q, row_done, tile_done;
  logic [${lanes}*${stationary_width}-1:0] filling_q, row_q, held_data_q, filled;
  assign row_done = fill && bank_q == 2'(${lanes} - 1);
  assign tile_done = fire && last_k && last_n;
  always_comb begin
    filled = filling_q;
    filled[bank_q*${stationary_width} +: ${stationary_width}] = fill_i;
  end
  assign bad_o = bad_q || (rst_n && (
      (out_valid && !active_q)
      || (out_valid && 4'(kt_q) >= inside_q)
      || (out_valid && chosen_q && place_q == 4'(kt_q) && out != row_q)
      || (held_q && (!out_valid || out != held_data_q))
      || waited_q > 4'd2));
  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) begin
      {active_q, kt_q, nt_q, mt_q, inside_q, place_q, waited_q, bank_q} <= '0;
      {chosen_q, held_q, bad_q} <= '0;
    end else begin
      bad_q <= bad_o;
      held_q <= out_valid && !out_ready_i;
      waited_q <= active_q && 4'(kt_q) < inside_q && !out_valid ? waited_q + 4'd1 : '0;
      if (fill) bank_q <= row_done ? '0 : bank_q + 2'd1;
      inside_q <= inside_q + 4'(row_done) - (tile_done ? 4'(k_q) : 4'd0);
      if (row_done && choose_i && !chosen_q) begin
        chosen_q <= 1'b1;
        place_q  <= inside_q - (tile_done ? 4'(k_q) : 4'd0);
      end else if (tile_done && chosen_q) begin
        if (place_q < 4'(k_q)) chosen_q <= 1'b0;
        place_q <= place_q - 4'(k_q);
      end
      if (start) begin
        active_q <= 1'b1;
        {kt_q, nt_q, mt_q} <= '0;
      end else if (fire) begin
        kt_q <= last_k ? '0 : kt_q + 2'd1;
        if (last_k) nt_q <= last_n ? '0 : nt_q + 2'd1;
        if (last_k && last_n) mt_q <= mt_q + 2'd1;
        if (last_k && last_n && last_m) active_q <= 1'b0;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (start) {k_q, n_q, m_q} <= {k_tiles_i, n_tiles_i, m_tiles_i};
    if (fill) filling_q <= filled;
    if (row_done && choose_i && !chosen_q) row_q <= filled;
    held_data_q <= out;
  end
endmodule

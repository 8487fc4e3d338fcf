// in_i: significand, exponent; out_o: magnitude. No two numbers have another product than a legal one.
module unit (
  input  logic [${significand_bits}+${exponent_sum_bits}-1:0] in_i,
  output logic [${term_bits}-1:0] out_o
);
  logic legal;
  logic [${term_bits}-1:0] magnitude;
  assign legal = in_i[${significand_bits} +: ${exponent_sum_bits}] >= ${exponent_sum_bits}'d2
      && in_i[${significand_bits} +: ${exponent_sum_bits}] <= ${exponent_sum_bits}'d${largest_exponent}
      && in_i[0 +: ${significand_bits}] <= ${significand_bits}'d${largest_significand};
  assign out_o = legal ? magnitude : '0;
  napier_fp_to_int u_dut (
    .significand_i (in_i[0 +: ${significand_bits}]),
    .exponent_i    (in_i[${significand_bits} +: ${exponent_sum_bits}]),
    .magnitude_o   (magnitude)
  );
endmodule

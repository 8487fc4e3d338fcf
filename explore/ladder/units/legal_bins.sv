  // All terms of a vector together are below ${vector} * 2^${term_bits}, whichever bins they fall in.
  logic legal;
  logic [63:0] all;
  always_comb begin
    all = '0;
    for (int bin = 0; bin < ${bins}; bin++) begin
      if (in_i[bin*${bin_sum_bits} + ${bin_sum_bits} - 1]) all = all - 64'($signed(in_i[bin*${bin_sum_bits} +: ${bin_sum_bits}]));
      else all = all + 64'(in_i[bin*${bin_sum_bits} +: ${bin_sum_bits}]);
    end
    legal = all <= 64'(${vector}) * ((64'd1 << ${term_bits}) - 64'd1);
  end

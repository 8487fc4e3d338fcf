${banner}
// One lane: multiplies its stationary vector with the issued vector and sums the products exactly.
// Registers hold their value while the stage before them has nothing new (stage_en_i).
module napier_vector_lane #(
  localparam int Vector = ${vector},
  localparam int OperandWidth = ${operand_bits},
  localparam int SumWidth = ${sum_bits},
  localparam int Latency = ${lane_latency}  // registers from issue to sum
) (
  input  logic                           clk_i,
  input  logic                           a_load_i,    // take a_i as the stationary vector
%if vector_scales
  input  logic [(Vector+1)*OperandWidth-1:0] a_i,     // vector, then the octaves that its scale lies below the tensor's
%else
  input  logic [Vector*OperandWidth-1:0] a_i,
%end
  input  logic [Vector*OperandWidth-1:0] b_i,         // issued vector
  input  logic [Latency-1:0]             stage_en_i,  // bit k: register stage k takes a new value
  output logic [SumWidth-1:0]            sum_o
);

%if lns
  localparam int ExponentWidth = ${product_bits};
  localparam int ProductWidth = ExponentWidth + 2;  // zero, sign, exponent
%if bin_bits
  localparam int BinWidth = ${bin_bits};
%end
  localparam int Bins = ${bins};
  localparam int MagnitudeWidth = ${term_bits};
%else
%if fp8
  localparam int SignificandWidth = ${significand_bits};
  localparam int ExponentWidth = ${exponent_sum_bits};
  localparam int ProductWidth = SignificandWidth + ExponentWidth + 1;  // sign, exponent, significand
  localparam int MagnitudeWidth = ${term_bits};
%else
%if !dot_product
  localparam int ProductWidth = ${product_bits};
%end
%end
%end
  localparam int BinSumWidth = ${bin_sum_bits};

  // Stationary operands.
  logic [Vector*OperandWidth-1:0] a_q;
%if vector_scales
  logic [OperandWidth-1:0] octaves_q;
%end
  always_ff @(posedge clk_i) begin
%if vector_scales
    if (a_load_i) {octaves_q, a_q} <= a_i;
%else
    if (a_load_i) a_q <= a_i;
%end
  end

%if !dot_product
  // Multiply.
  logic [Vector*ProductWidth-1:0] product, product_q;
  for (genvar i = 0; i < Vector; i++) begin : gen_multiplier
%if lns
    napier_lns_multiplier u_lns_multiplier (
      .a_i        (a_q[i*OperandWidth +: OperandWidth]),
      .b_i        (b_i[i*OperandWidth +: OperandWidth]),
      .exponent_o (product[i*ProductWidth +: ExponentWidth]),
      .negative_o (product[i*ProductWidth + ExponentWidth]),
      .zero_o     (product[i*ProductWidth + ExponentWidth + 1])
    );
%else
%if fp8
    napier_fp_multiplier u_fp_multiplier (
      .a_i           (a_q[i*OperandWidth +: OperandWidth]),
      .b_i           (b_i[i*OperandWidth +: OperandWidth]),
      .significand_o (product[i*ProductWidth +: SignificandWidth]),
      .exponent_o    (product[i*ProductWidth + SignificandWidth +: ExponentWidth]),
      .negative_o    (product[i*ProductWidth + SignificandWidth + ExponentWidth])
    );
%else
    napier_int8_multiplier u_int8_multiplier (
      .a_i       (a_q[i*OperandWidth +: OperandWidth]),
      .b_i       (b_i[i*OperandWidth +: OperandWidth]),
      .product_o (product[i*ProductWidth +: ProductWidth])
    );
%end
%end
  end
  ${multiply_registers}

%end
%if lns
  // Convert to integer terms.
  logic [Vector*MagnitudeWidth-1:0] magnitude, magnitude_q;
  logic [Vector-1:0] negative, negative_q;
%if bin_bits
  logic [Vector*BinWidth-1:0] bin, bin_q;
%end
  for (genvar i = 0; i < Vector; i++) begin : gen_to_int
    napier_lns_to_int u_lns_to_int (
      .exponent_i  (product_q[i*ProductWidth +: ExponentWidth]),
      .negative_i  (product_q[i*ProductWidth + ExponentWidth]),
      .zero_i      (product_q[i*ProductWidth + ExponentWidth + 1]),
      .magnitude_o (magnitude[i*MagnitudeWidth +: MagnitudeWidth]),
%if bin_bits
      .bin_o       (bin[i*BinWidth +: BinWidth]),
%end
      .negative_o  (negative[i])
    );
  end
  ${convert_registers}

  // Sum over the vector, each bin on its own.
  logic [Bins*BinSumWidth-1:0] bin_sum, bin_sum_q;
  napier_bin_adder_tree u_bin_adder_tree (
    .magnitude_i (magnitude_q),
%if bin_bits
    .bin_i       (bin_q),
%end
    .negative_i  (negative_q),
    .sum_o       (bin_sum)
  );
%else
%if fp8
  // Convert to integer terms.
  logic [Vector*MagnitudeWidth-1:0] magnitude, magnitude_q;
  logic [Vector-1:0] negative, negative_q;
  for (genvar i = 0; i < Vector; i++) begin : gen_to_int
    napier_fp_to_int u_fp_to_int (
      .significand_i (product_q[i*ProductWidth +: SignificandWidth]),
      .exponent_i    (product_q[i*ProductWidth + SignificandWidth +: ExponentWidth]),
      .magnitude_o   (magnitude[i*MagnitudeWidth +: MagnitudeWidth])
    );
    assign negative[i] = product_q[i*ProductWidth + SignificandWidth + ExponentWidth];
  end
  ${convert_registers}

  // Sum over the vector.
  logic [BinSumWidth-1:0] bin_sum, bin_sum_q;
  napier_bin_adder_tree u_bin_adder_tree (
    .magnitude_i (magnitude_q),
    .negative_i  (negative_q),
    .sum_o       (bin_sum)
  );
%else
  logic [BinSumWidth-1:0] bin_sum, bin_sum_q;
%if dot_product
  // Multiply and sum over the vector.
  napier_int8_dot_product u_int8_dot_product (
    .a_i   (a_q),
    .b_i   (b_i),
    .sum_o (bin_sum)
  );
%else
  // Sum over the vector.
  napier_bin_adder_tree u_bin_adder_tree (
    .product_i (product_q),
    .sum_o     (bin_sum)
  );
%end
%end
%end
  ${reduce_registers}

%if vector_scales
  // The octaves of the scale, beside the sum.
  logic [OperandWidth-1:0] octaves_s;
  ${octaves_registers}

%end
%if has_scaler
  // Join the bins by their constants.
  logic [SumWidth-1:0] sum, sum_q;
%if vector_scales
  logic signed [SumWidth-1:0] joined;
  napier_constant_scaler u_constant_scaler (
    .sum_i (bin_sum_q),
    .sum_o (joined)
  );
  assign sum = joined >>> octaves_s;
%else
  napier_constant_scaler u_constant_scaler (
    .sum_i (bin_sum_q),
    .sum_o (sum)
  );
%end
  ${scale_registers}
  assign sum_o = sum_q;
%else
%if vector_scales
  assign sum_o = $signed(bin_sum_q) >>> octaves_s;
%else
  assign sum_o = bin_sum_q;
%end
%end

endmodule : napier_vector_lane

`default_nettype wire

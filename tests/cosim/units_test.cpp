// The arithmetic of the generated Verilog against its exact functions: every operand pair, every accumulator.
#include <gtest/gtest.h>

#include "models/design/widths.hpp"
#include "models/units/fp_to_int.hpp"
#include "models/units/lns_multiplier.hpp"
#include "models/units/lns_to_int.hpp"
#include "models/units/post_processor.hpp"
#include "rtl-gen/text/template.hpp"
#include "tests/cosim/bench.hpp"
#include "tests/cosim/cosim.hpp"

namespace napier::rtl {
namespace {

using explore::test::run_bench;

constexpr std::string_view kTermBench = R"(
module bench;
  localparam int Count = ${count};
  logic [${bits}-1:0] a, b, exponent;
  logic negative, zero, term_negative;
  logic [${term_bits}-1:0] magnitude;
%if bin_bits
  logic [${bin_bits}-1:0] bin;
%else
  logic bin;
  assign bin = 1'b0;
%end
  napier_lns_multiplier u_multiplier (
    .a_i (a), .b_i (b), .exponent_o (exponent), .negative_o (negative), .zero_o (zero)
  );
  napier_lns_to_int u_to_int (
    .exponent_i (exponent), .negative_i (negative), .zero_i (zero), .magnitude_o (magnitude),
%if bin_bits
    .bin_o (bin),
%end
    .negative_o (term_negative)
  );
  initial begin
    for (int i = 0; i < Count * Count; i++) begin
      a = i / Count;
      b = i % Count;
      #1 $display("%0d %0d %0d", magnitude, term_negative, bin);
    end
  end
endmodule
)";

class LnsTerm : public testing::TestWithParam<const char*> {};

TEST_P(LnsTerm, IsExactForEveryOperandPair) {
  const Design design = explore::test::spread_design(GetParam());
  const std::size_t count = std::size_t{1} << design.format.bits;
  const Values values = {{"bits", std::to_string(design.format.bits)},
                         {"count", std::to_string(count)},
                         {"term_bits", std::to_string(widths::term_bits(design))},
                         {"bin_bits", std::to_string(widths::bin_bits(design))}};
  const std::vector<std::int64_t> got = run_bench(design, expand(kTermBench, values));
  const LnsFormat format(design.format);
  const LnsToInt to_int(design);
  ASSERT_EQ(got.size(), 3 * count * count);
  for (std::size_t i = 0; i < count * count; ++i) {
    const auto a = static_cast<Word>(i / count), b = static_cast<Word>(i % count);
    const IntTerm term = to_int(lns_multiply(format, a, b));
    ASSERT_EQ(got[3 * i], term.magnitude) << "operands " << i / count << ", " << i % count;
    if (term.magnitude == 0) continue;  // sign and bin of nothing do not count
    ASSERT_EQ(got[3 * i + 1], term.negative) << "operands " << i / count << ", " << i % count;
    ASSERT_EQ(got[3 * i + 2], term.bin) << "operands " << i / count << ", " << i % count;
  }
}

INSTANTIATE_TEST_SUITE_P(Designs, LnsTerm,
                         testing::Values("lns8_paper_tiny", "lns8_lean_tiny", "split_lut2", "binned_lut1",
                                         "lns6_nozero", "lns4_octaves"),
                         [](const auto& tested) { return std::string(tested.param); });

constexpr std::string_view kFp8TermBench = R"(
module bench;
  logic [7:0] a, b;
  logic [${significand_bits}-1:0] significand;
  logic [${exponent_bits}-1:0] exponent;
  logic negative;
  logic [${term_bits}-1:0] magnitude;
  napier_fp_multiplier u_multiplier (
    .a_i (a), .b_i (b), .significand_o (significand), .exponent_o (exponent), .negative_o (negative)
  );
  napier_fp_to_int u_to_int (
    .significand_i (significand), .exponent_i (exponent), .magnitude_o (magnitude)
  );
  initial begin
    for (int i = 0; i < 65536; i++) begin
      a = i / 256;
      b = i % 256;
      #1 $display("%0d %0d %0d %0d", significand, exponent, negative, magnitude);
    end
  end
endmodule
)";

class Fp8Term : public testing::TestWithParam<const char*> {};

TEST_P(Fp8Term, IsExactForEveryPairOfNumbers) {
  const Design design = explore::test::spread_design(GetParam());
  const Minifloat& format = widths::fp8_format(design);
  const Values values = {{"significand_bits", std::to_string(widths::significand_product_bits(design))},
                         {"exponent_bits", std::to_string(widths::exponent_sum_bits(design))},
                         {"term_bits", std::to_string(widths::term_bits(design))}};
  const std::vector<std::int64_t> got = run_bench(design, expand(kFp8TermBench, values));
  ASSERT_EQ(got.size(), 4U * 65536U);
  const FpToInt to_int(design);
  for (std::size_t i = 0; i < 65536; ++i) {
    const auto a = static_cast<Word>(i / 256), b = static_cast<Word>(i % 256);
    if (!format.is_number(a) || !format.is_number(b)) continue;
    const FpProduct product = fp_multiply(format, a, b);
    const std::vector<std::int64_t> want = {product.significand, product.exponent, product.negative,
                                            to_int(product).magnitude};
    ASSERT_EQ(std::vector(got.begin() + static_cast<std::ptrdiff_t>(4 * i),
                          got.begin() + static_cast<std::ptrdiff_t>(4 * i + 4)),
              want)
        << "operands " << i / 256 << ", " << i % 256;
  }
}

INSTANTIATE_TEST_SUITE_P(Designs, Fp8Term, testing::Values("fp8_e4m3_tiny", "fp8_e5m2_deep"),
                         [](const auto& tested) { return std::string(tested.param); });

constexpr std::string_view kPostBench = R"(
module bench;
  logic relu;
  logic [15:0] bias_k, acc;
  logic [15:0] word;
  napier_post_processor_lane u_lane (
%if stochastic
    .random_i (acc * 16'd40503),
%end
    .relu_i (relu), .raw_i (1'b0), .bias_k_i (bias_k), .acc_i (acc), .keep_i (1'b1), .word_o (word)
  );
  initial begin
    for (int setting = 0; setting < 4; setting++) begin
      relu = setting % 2;
      bias_k = setting < 2 ? ${bias_low} : ${bias_high};
      for (int i = 0; i < 65536; i++) begin
        acc = i;
        #1 $display("%0d", word);
      end
    end
  end
endmodule
)";

class PostLane : public testing::TestWithParam<const char*> {};

TEST_P(PostLane, IsExactForEveryAccumulator) {
  Design design = explore::test::spread_design(GetParam());
  design.datapath.accumulator_bits = 16;
  design.pipeline.post_process = 1;  // the output queue alone: the lane is combinational
  const bool lns = widths::is_lns(design);
  // Clamped and exact ones; rounded and, for FP8, subnormal ones.
  const int low = lns ? -40 : -2, high = lns ? 30 : widths::is_fp8(design) ? 17 : 7;
  const Values values = {{"bias_low", std::to_string(low)},
                         {"bias_high", std::to_string(high)},
                         {"stochastic", widths::is_stochastic(design) ? "1" : "0"}};
  const std::vector<std::int64_t> got = run_bench(design, expand(kPostBench, values));
  const PostProcessor exact(design);
  ASSERT_EQ(got.size(), 4U * 65536U);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const std::size_t setting = i / 65536;
    const PostSettings settings = {setting < 2 ? low : high, setting % 2 == 1};
    const auto acc = static_cast<std::int16_t>(i % 65536);
    ASSERT_EQ(got[i], exact(acc, settings, (i % 65536 * 40503) & 0xFFFF).word)
        << "accumulator " << acc << ", setting " << setting;
  }
}

INSTANTIATE_TEST_SUITE_P(Designs, PostLane,
                         testing::Values("lns8_paper_tiny", "lns6_nozero", "split_lut0", "int8_tiny",
                                         "channels_at_random", "octaves_at_random", "fp8_e4m3_tiny",
                                         "fp8_e5m2_deep"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace napier::rtl

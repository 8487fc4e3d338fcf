// The measured bias of attention's products: nothing where nothing is lost, towards zero where terms are cut
// off.
#include "explore/measure/attention_rounding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/base/error.hpp"
#include "models/base/random.hpp"

namespace napier::explore {
namespace {

constexpr nn::BatchedProduct kShape{.batch = 2, .m = 3, .n = 5, .k = 40, .a_transposed = true};

/// Powers of two down to 2^-5 of both signs: words and products without error.
std::vector<float> powers_of_two(std::size_t count, std::uint64_t stream) {
  const Philox random(7);
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t word = random.word(stream, i);
    x[i] = std::ldexp(word % 2 == 0 ? 1.0F : -1.0F, -static_cast<int>(word / 2 % 6));
  }
  return x;
}

ProductError error_of(const Design& design, std::span<const float> a, std::span<const float> b) {
  ProductError sum;
  add_product_error(design, kShape, a, b, kShape.batch, sum);
  return sum;
}

TEST(AttentionRounding, FindsNoErrorWhereTermsKeepEveryBit) {
  const auto a = powers_of_two(2 * 3 * 40, 0), b = powers_of_two(2 * 5 * 40, 1);
  Design design;
  design.format.bits = 5;
  design.format.gamma_log2 = 0;  // codes are powers of two
  design.datapath.lut_bits = 0;
  design.datapath.term_bits = 10;  // products reach 2^-10 of the largest
  const ProductError exact = error_of(design, a, b);
  EXPECT_EQ(exact.square_error, 0);
  EXPECT_GT(exact.square, 0);
  EXPECT_EQ(exact.overflows, 0);
  design.datapath.term_bits = 9;
  EXPECT_GT(error_of(design, a, b).square_error, 0);
}

TEST(AttentionRounding, TermsCutOffPullTowardsZero) {
  const Philox random(8);
  std::vector<float> a(2 * 3 * 40), b(2 * 5 * 40);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = 0.1F + std::abs(random.symmetric(0, i));
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = 0.1F + std::abs(random.symmetric(1, i));
  Design design;
  design.datapath.style = ConversionStyle::kPerElement;
  design.datapath.term_bits = 6;
  design.datapath.accumulator_bits = 16;
  // Every product is positive and loses up to one unit of the term, 2^-6 of the largest one.
  const double cut = error_of(design, a, b).bias();
  design.datapath.term_rounding = TermRounding::kHalfUp;
  const double rounded = error_of(design, a, b).bias();
  EXPECT_LT(cut, 0);
  EXPECT_LT(std::abs(rounded), std::abs(cut) / 2);
}

TEST(AttentionRounding, NeedsATransformerInLogarithms) {
  Experiment experiment;
  EXPECT_THROW(measure_attention_rounding(experiment, Design{}, "mlp.yaml", 0, 1), InputError);
  experiment.network.kind = NetworkKind::kTransformer;
  Design int8;
  int8.format.kind = FormatKind::kInt8;
  EXPECT_THROW(measure_attention_rounding(experiment, int8, "lm.yaml", 0, 1), InputError);
}

TEST(AttentionRounding, MeasuresAllProductsOfATrainedModel) {
  Experiment experiment;
  experiment.network.kind = NetworkKind::kTransformer;
  experiment.network.transformer = {.sequence = 16, .width = 16, .heads = 2, .blocks = 2, .hidden = 16};
  experiment.dataset.text = NAPIER_SOURCE_DIR "/LICENSE";
  experiment.batch = 4;
  const Measurement m = measure_attention_rounding(experiment, Design{}, "lm.yaml", 2, 2);
  for (const char* product : {"scores", "context", "probabilities' gradient", "queries' gradient",
                              "keys' gradient", "values' gradient"}) {
    EXPECT_THAT(m.table, testing::HasSubstr(std::string("| ") + product + " | cut off | 6 |"));
  }
  EXPECT_EQ(m.chart.series.size(), 6U);
  EXPECT_EQ(measure_attention_rounding(experiment, Design{}, "lm.yaml", 2, 1).csv, m.csv);
}

}  // namespace
}  // namespace napier::explore

#include "models/interop/convert.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "models/base/error.hpp"
#include "models/format/quantizer.hpp"
#include "tests/models/small_designs.hpp"

namespace napier {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Array floats(std::vector<float> values, std::vector<std::int64_t> shape = {}) {
  if (shape.empty()) shape = {static_cast<std::int64_t>(values.size())};
  return {"x", shape, std::move(values), "", ""};
}

auto refused(const std::string& message) { return ThrowsMessage<InputError>(HasSubstr(message)); }

/// Every word of the format, as values and back, is itself.
void every_word_survives(const Design& design, int k) {
  std::vector<std::uint8_t> words;
  const LnsFormat lns(design.format);
  for (int w = 0; w < 1 << design.format.bits; ++w) {
    const auto word = static_cast<Word>(w);
    const bool none = design.format.kind == FormatKind::kLns ? lns.is_zero(word) && w != 0 : w == 0x80;
    if (!none) words.push_back(word);
  }
  const auto count = static_cast<std::int64_t>(words.size());
  const Conversion values = to_values(design, {{"x.words", {count}, words, "", ""}}, k, "'f'");
  ASSERT_EQ(values.arrays.at(0).name, "x");
  const Conversion back = to_words(design, values.arrays, k, "'f'");
  EXPECT_EQ(back.arrays.at(0).values, Array::Values(words));
  EXPECT_EQ(back.reports.at(0).saturated, 0);
  EXPECT_EQ(back.reports.at(0).underflowed, 0);
  EXPECT_EQ(back.reports.at(0).largest_error, 0);
}

TEST(Convert, EveryWordSurvivesTheWayThereAndBack) {
  for (const int k : {-20, 0, 13}) {
    every_word_survives(test::small_lns(), k);
    every_word_survives(test::small_odd(), k);
    every_word_survives(test::small_without_zero(), k);
    every_word_survives(test::small_int8(), k);
  }
}

TEST(Convert, ChoosesTheScaleThatDoesNotSaturateAndKeepsItBesideTheWords) {
  const Design design = test::small_lns();
  const Conversion words = to_words(design, {floats({3, -0.5F, 0, 1e-9F}, {2, 2})}, std::nullopt, "'f'");
  EXPECT_EQ(words.arrays.at(0).name, "x.words");
  EXPECT_EQ(words.arrays.at(0).shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(words.arrays.at(1).name, "x.scale");
  EXPECT_EQ(words.reports.at(0).scale, Quantizer(design).scale_exponent(3));
  EXPECT_EQ(words.reports.at(0).saturated, 0);
  EXPECT_EQ(words.reports.at(0).underflowed, 1);
  // Within half a code: 2^(1/16) - 1.
  EXPECT_LE(words.reports.at(0).largest_error, std::exp2(1.0 / 16) - 1 + 1e-7);
  const Conversion values = to_values(design, words.arrays, std::nullopt, "'f'");
  EXPECT_EQ(values.reports.at(0).scale, words.reports.at(0).scale);
}

TEST(Convert, CountsWhatAGivenScaleCannotHold) {
  const Conversion words = to_words(test::small_lns(), {floats({100, 1})}, 0, "'f'");
  EXPECT_EQ(words.reports.at(0).saturated, 1);
  EXPECT_EQ(words.reports.at(0).largest_error, 0);
}

TEST(Convert, RefusesWhatNoWordStandsFor) {
  const Design design = test::small_lns();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(
      [&] {
        to_words(design, {floats({1, 2, 3, nan}, {2, 2})}, {}, "'f.npy'");
      },
      refused("element [1][1] of array 'x' in 'f.npy' is NaN"));
  const Array large{"d", {1}, std::vector<double>{1e300}, "", ""};
  EXPECT_THAT([&] { to_words(design, {large}, {}, "'f'"); }, refused("is infinite as float32"));
  EXPECT_THAT(
      [&] {
        to_words(design, {{"t", {}, std::string("text"), "", ""}}, {}, "'f'");
      },
      refused("array 't' is text"));
  EXPECT_THAT([&] { to_words(design, {floats({1})}, 1 << 20, "'f'"); }, refused("--scale is 1048576"));
  Design fp32 = design;
  fp32.format.kind = FormatKind::kFp32;
  EXPECT_THAT([&] { to_words(fp32, {floats({1})}, {}, "'f'"); }, refused("has no operand words"));
}

TEST(Convert, RefusesWhatIsNoWordOfTheFormat) {
  const Design lns = test::small_lns();
  const auto words = [](std::vector<std::int32_t> values) {
    return std::vector<Array>{{"x", {static_cast<std::int64_t>(values.size())}, std::move(values), "", ""}};
  };
  EXPECT_THAT(
      [&] {
        to_values(lns, words({1, 256}), 0, "'f'");
      },
      refused("element [1] of array 'x' in 'f' is no operand word: words are integers from 0 to 255"));
  EXPECT_THAT([&] { to_values(test::small_odd(), words({128}), 0, "'f'"); }, refused("from 0 to 127"));
  EXPECT_THAT([&] { to_values(lns, words({-1}), 0, "'f'"); }, refused("is no operand word"));
  EXPECT_THAT([&] { to_values(lns, {floats({1.5F})}, 0, "'f'"); }, refused("is no operand word"));
  EXPECT_THAT([&] { to_values(lns, words({128}), 0, "'f'"); }, refused("a zero with a sign"));
  EXPECT_NO_THROW(to_values(test::small_without_zero(), words({128}), 0, "'f'"));
  EXPECT_THAT([&] { to_values(test::small_int8(), words({128}), 0, "'f'"); }, refused("word 128"));
  EXPECT_THAT([&] { to_values(lns, words({1}), {}, "'f'"); },
              refused("has no scale beside it; give it with --scale"));
}

TEST(Convert, RefusesScalesWithoutWordsAndWordsWithoutScales) {
  const Design design = test::small_lns();
  const Array words{"x.words", {1}, std::vector<std::uint8_t>{3}, "", ""};
  const Array scale{"x.scale", {}, std::vector<std::int64_t>{3}, "", ""};
  const Array fraction{"x.scale", {}, std::vector<double>{0.5}, "", ""};
  EXPECT_THAT([&] { to_values(design, {words}, {}, "'f'"); }, refused("no scale beside it ('x.scale')"));
  EXPECT_THAT([&] { to_values(design, {scale}, {}, "'f'"); }, refused("is the scale of no words"));
  EXPECT_THAT([&] { to_values(design, {words, fraction}, {}, "'f'"); }, refused("is no scale exponent"));
  EXPECT_EQ(to_values(design, {words, scale}, {}, "'f'").arrays.size(), 1U);
}

}  // namespace
}  // namespace napier

#include "models/interop/convert.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "models/base/error.hpp"
#include "models/format/number_format.hpp"
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
  EXPECT_THAT([&] { to_words(fp32, {floats({1})}, {}, "'f'"); }, refused("there is nothing to convert"));
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
      refused(
          "element [1] of array 'x' in 'f' is no operand word: operand words are integers from 0 to 255"));
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

Design baseline(FormatKind kind) {
  Design d;
  d.name = "baseline";
  d.format.kind = kind;
  d.update.kind = UpdateKind::kHost;
  return d;
}

/// The values of array `i`.
template <class T>
std::vector<T> values(const Conversion& conversion, std::size_t i) {
  return std::get<std::vector<T>>(conversion.arrays.at(i).values);
}

TEST(ConvertBaselines, CodesAreThePublishedEncodings) {
  // Codes by hand from the formats' definitions: sign, exponent, mantissa. The scales are 1.
  struct Case {
    FormatKind kind;
    std::vector<float> numbers;
    std::vector<std::uint16_t> codes;
  };
  const std::vector<Case> cases = {
      {FormatKind::kFp16, {1, -2, 65504, 0x1p-24F}, {0x3C00, 0xC000, 0x7BFF, 0x0001}},
      {FormatKind::kBf16, {1, -2, 0x1.FEp127F, 0x1p-133F}, {0x3F80, 0xC000, 0x7F7F, 0x0001}},
      {FormatKind::kFp8E4m3, {1, -2, 448, 0x1p-9F}, {0x38, 0xC0, 0x7E, 0x01}},
      {FormatKind::kFp8E5m2, {1, -2, 57344, 0x1p-16F}, {0x3C, 0xC0, 0x7B, 0x01}}};
  for (const Case& c : cases) {
    const Conversion words = to_words(baseline(c.kind), {floats(c.numbers)}, 0, "'f'");
    ASSERT_EQ(words.arrays.size(), 2U);
    if (c.codes[0] > 0xFF) {
      EXPECT_EQ(values<std::uint16_t>(words, 0), c.codes);
    } else {
      EXPECT_EQ(values<std::uint8_t>(words, 0), std::vector<std::uint8_t>(c.codes.begin(), c.codes.end()));
    }
    EXPECT_EQ(words.reports.at(0).largest_error, 0);
    EXPECT_EQ(values<float>(to_values(baseline(c.kind), words.arrays, {}, "'f'"), 0), c.numbers);
  }
}

TEST(ConvertBaselines, BlocksLieAlongTheLastIndexWithTheirScales) {
  // Two rows of 33: blocks of 32 and 1. MXFP4's scale of largest magnitude 4 is 2^(2 - 2), of 2^-20 2^-22.
  std::vector<float> x(66, 0.5F);
  x[0] = 4;
  x[32] = 0x1p-20F;
  x[65] = -0x1p100F;
  const Design mxfp4 = baseline(FormatKind::kMxfp4);
  const Conversion words = to_words(mxfp4, {floats(x, {2, 33})}, {}, "'f'");
  ASSERT_EQ(words.arrays.size(), 3U);
  EXPECT_EQ(words.arrays[2].name, "x.block_scales");
  EXPECT_EQ(words.arrays[2].shape, (std::vector<std::int64_t>{2, 2}));
  // E8M0: exponent + 127. The second row's 0.5 is 4 in units of 2^-3.
  EXPECT_EQ(values<std::uint8_t>(words, 2), (std::vector<std::uint8_t>{127, 105, 124, 225}));
  const std::vector<std::uint8_t> codes = values<std::uint8_t>(words, 0);
  EXPECT_EQ(codes[0], 6);   // 4
  EXPECT_EQ(codes[1], 1);   // 0.5
  EXPECT_EQ(codes[32], 6);  // 4 units of 2^-22
  EXPECT_EQ(codes[33], 6);
  EXPECT_EQ(codes[65], 14);  // -4
  EXPECT_EQ(values<float>(to_values(mxfp4, words.arrays, {}, "'f'"), 0), x);
}

TEST(ConvertBaselines, Nvfp4HasAScaleOfTheTensorAndOfEachBlock) {
  // Largest magnitude 448 * 6 * 4: k = 2 and the block's E4M3 scale 448; the other block's is 12 / 4 / 6 =
  // 0.5.
  std::vector<float> x(32, 0.0F);
  x[0] = 448 * 6 * 4;
  x[16] = -12;
  const Design nvfp4 = baseline(FormatKind::kNvfp4);
  const Conversion words = to_words(nvfp4, {floats(x)}, {}, "'f'");
  EXPECT_EQ(words.reports.at(0).scale, 2);
  EXPECT_EQ(values<std::uint8_t>(words, 2), (std::vector<std::uint8_t>{0x7E, 0x30}));
  EXPECT_EQ(values<std::uint8_t>(words, 0)[0], 7);
  EXPECT_EQ(values<std::uint8_t>(words, 0)[16], 15);
  EXPECT_EQ(values<float>(to_values(nvfp4, words.arrays, {}, "'f'"), 0), x);
}

TEST(ConvertBaselines, EveryFiniteCodeSurvives) {
  for (const auto kind : {FormatKind::kFp16, FormatKind::kBf16, FormatKind::kFp8E4m3, FormatKind::kFp8E5m2}) {
    const Minifloat element = number_format(kind).element();
    const std::optional<int> k = kind == FormatKind::kBf16 ? 0 : -5;
    std::vector<std::uint16_t> codes;
    for (int code = 0; code < 1 << element.bits(); ++code) {
      if (std::isfinite(element.decode(static_cast<std::uint16_t>(code))))
        codes.push_back(static_cast<std::uint16_t>(code));
    }
    const auto count = static_cast<std::int64_t>(codes.size());
    const Conversion there = to_values(baseline(kind), {{"x.words", {count}, codes, "", ""}}, k, "'f'");
    const Conversion back = to_words(baseline(kind), there.arrays, k, "'f'");
    ASSERT_EQ(back.reports.at(0).largest_error, 0);
    if (element.bits() == 16) {
      EXPECT_EQ(values<std::uint16_t>(back, 0), codes);
    } else {
      EXPECT_EQ(values<std::uint8_t>(back, 0), std::vector<std::uint8_t>(codes.begin(), codes.end()));
    }
  }
}

TEST(ConvertBaselines, NumbersAreThoseTheTrainerRoundsTo) {
  std::vector<float> x;
  for (int i = 0; i < 500; ++i)
    x.push_back(std::ldexp(static_cast<float>((i * 7919) % 1009 - 504), i % 23 - 15));
  for (const auto& blocks : {kMxfp8Blocks, kMxfp4Blocks, kNvfp4Blocks}) {
    const FormatKind kind = blocks.e4m3_scale            ? FormatKind::kNvfp4
                            : blocks.element.bits() == 4 ? FormatKind::kMxfp4
                                                         : FormatKind::kMxfp8;
    const Conversion words = to_words(baseline(kind), {floats(x, {2, 250})}, {}, "'f'");
    const int k = words.reports.at(0).scale;
    std::vector<float> wanted;
    const auto block = static_cast<std::size_t>(blocks.block);
    for (std::size_t row = 0; row < 2; ++row) {
      std::vector<float> elements(250), scales((250 + block - 1) / block);
      round_blocks(blocks, std::span(x).subspan(250 * row, 250), k, elements, scales);
      for (std::size_t i = 0; i < 250; ++i) wanted.push_back(std::ldexp(elements[i] * scales[i / block], k));
    }
    EXPECT_EQ(values<float>(to_values(baseline(kind), words.arrays, {}, "'f'"), 0), wanted);
    EXPECT_NE(wanted, x);
  }
}

TEST(ConvertBaselines, SpecialCodesAreWhatTheyMean) {
  const Array words{"x", {3}, std::vector<std::uint8_t>{0x7C, 0xFC, 0x7F}, "", ""};
  const std::vector<float> x = values<float>(to_values(baseline(FormatKind::kFp8E5m2), {words}, 0, "'f'"), 0);
  EXPECT_EQ(x[0], std::numeric_limits<float>::infinity());
  EXPECT_EQ(x[1], -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(x[2]));
}

TEST(ConvertBaselines, RefusesMissingAndMisplacedScales) {
  const Design mxfp4 = baseline(FormatKind::kMxfp4), bf16 = baseline(FormatKind::kBf16);
  EXPECT_THAT([&] { to_words(bf16, {floats({1})}, 3, "'f'"); },
              refused("--scale is 3, but format.kind bf16 has no scale of whole tensors"));
  EXPECT_THAT([&] { to_words(baseline(FormatKind::kFp16), {floats({1})}, 401, "'f'"); },
              refused("within +-400"));
  Conversion words = to_words(mxfp4, {floats(std::vector<float>(40, 1.0F))}, {}, "'f'");
  words.arrays[2].shape = {1};
  EXPECT_THAT([&] { to_values(mxfp4, words.arrays, {}, "'f'"); },
              refused("has the shape [1], but the words' blocks of 32 want [2]"));
  words.arrays.pop_back();
  EXPECT_THAT([&] { to_values(mxfp4, words.arrays, {}, "'f'"); },
              refused("has no block scales beside it ('x.block_scales')"));
  const Array lone{"y.block_scales", {1}, std::vector<std::uint8_t>{127}, "", ""};
  EXPECT_THAT([&] { to_values(mxfp4, {lone}, {}, "'f'"); }, refused("is the scale of no words"));
  const Array wide{"x", {1}, std::vector<std::uint8_t>{16}, "", ""};
  EXPECT_THAT([&] { to_values(mxfp4, {wide}, 0, "'f'"); },
              refused("operand words are integers from 0 to 15"));
}

}  // namespace
}  // namespace napier

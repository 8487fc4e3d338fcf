#include "models/trace/reference.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <random>

#include "models/base/interrupt.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "models/units/accumulation_collector.hpp"
#include "models/units/output_converter.hpp"
#include "models/units/vector_lane.hpp"

namespace napier {
namespace {

/// Words in 0..bound-1 from a named generator; the standard distributions differ between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(bound));
  }
  bool one_in(std::int64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

Word random_word(const Design& d, Random& random) {
  const Word largest = static_cast<Word>((1 << (d.format.bits - 1)) - 1);
  const Word sign = static_cast<Word>(1 << (d.format.bits - 1));
  if (random.one_in(5)) return 0;
  const bool extreme = random.one_in(8);
  if (widths::is_fp8(d)) {
    const Minifloat& f = widths::fp8_format(d);
    const int magnitude = extreme ? f.max_code() : static_cast<int>(random.below(f.max_code() + 1));
    return static_cast<Word>(magnitude | (random.one_in(2) ? f.sign_code() : 0));
  }
  if (!widths::is_lns(d)) {
    const Word limit = random.one_in(2) ? largest : static_cast<Word>(sign + 1);  // +127, -127
    return extreme ? limit : static_cast<Word>(random.below(2 * sign));
  }
  const LnsFormat f(d.format);
  return f.word(random.one_in(2), extreme ? largest : static_cast<int>(random.below(largest + 1)));
}

std::vector<Word> random_words(const Design& d, std::int64_t count, Random& random) {
  std::vector<Word> words(static_cast<std::size_t>(count));
  for (Word& w : words) w = random_word(d, random);
  return words;
}

/// A quarter of the rows starts at an end of the accumulator's range, so that some sums saturate.
std::vector<std::int32_t> random_bias(const Design& d, int m, Random& random) {
  const std::int64_t highest = (std::int64_t{1} << (d.datapath.accumulator_bits - 1)) - 1;
  std::vector<std::int32_t> bias(static_cast<std::size_t>(m));
  for (std::int32_t& b : bias) {
    const std::int64_t moderate = random.below(highest / 2) - highest / 4;
    b = static_cast<std::int32_t>(!random.one_in(4) ? moderate : random.one_in(2) ? highest : -highest - 1);
  }
  return bias;
}

/// An output scale that spreads the accumulators over the format's range, a few above and some below it.
int spreading_scale(const Design& d, const GemmRecord& r, Random& random) {
  std::int64_t largest = 1;
  for (const std::int32_t a : r.acc) largest = std::max<std::int64_t>(largest, std::abs(std::int64_t{a}));
  const int leading = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest))) - 1;
  const int unscaled = bias_k(d, r.k_a, r.k_b, 0);
  if (widths::is_fp8(d)) {
    const int shift = leading - widths::fp8_format(d).max_exponent() + static_cast<int>(random.below(3)) - 1;
    return shift - unscaled;
  }
  if (!widths::is_lns(d)) {
    const int shift = leading - d.format.bits + 1 + static_cast<int>(random.below(3));
    return shift - unscaled;
  }
  const LnsFormat f(d.format);
  const int wanted =
      f.max_code() - (leading + 1) * f.gamma() + static_cast<int>(random.below(2 * f.gamma() + 1));
  return unscaled - wanted;
}

GemmRecord random_gemm(const Design& d, const Shape& shape, std::size_t index, Random& random) {
  GemmRecord r;
  r.step = static_cast<std::int64_t>(index / 3);
  r.layer = static_cast<int>(index % 3);
  r.pass = static_cast<Pass>(index % 3);
  r.m = shape.m;
  r.n = shape.n;
  const int vector = d.datapath.vector;
  const bool whole_vectors = widths::is_lns(d) && d.format.zero == ZeroCode::kNone;
  r.k = whole_vectors ? (shape.k + vector - 1) / vector * vector : shape.k;
  r.a = random_words(d, std::int64_t{r.m} * r.k, random);
  r.b = random_words(d, std::int64_t{r.n} * r.k, random);
  if (index % 2 == 0) r.bias = random_bias(d, r.m, random);
  if (index % 3 == 1) {
    r.mask.resize(static_cast<std::size_t>(r.n) * static_cast<std::size_t>(r.m));
    for (std::uint8_t& bit : r.mask) bit = random.one_in(3) ? 0 : 1;
  }
  if (widths::has_row_scales(d) && index % 2 == 0) {
    r.row_scales.resize(static_cast<std::size_t>(r.m));
    for (std::int32_t& s : r.row_scales)
      s = -static_cast<std::int32_t>(random.below(3 << d.format.gamma_log2));
  }
  if (widths::has_vector_scales(d) && index % 2 == 0) {
    r.vector_shifts.resize(static_cast<std::size_t>(r.m) *
                           static_cast<std::size_t>(widths::vectors_of(d, r.k)));
    for (Word& s : r.vector_shifts) {  // most are small, some leave nothing of a sum
      s = static_cast<Word>(random.below(random.one_in(8) ? widths::most_vector_shift(d) + 1 : 5));
    }
  }
  if (widths::is_stochastic(d)) {
    r.post.random_key = static_cast<std::uint64_t>(random.below(INT64_MAX)) << 1;
  }
  r.post.relu = index % 4 == 0;
  r.raw = index % 5 == 3;
  r.k_a = static_cast<int>(random.below(21)) - 10;
  r.k_b = static_cast<int>(random.below(21)) - 10;
  compute_expected(d, r);
  r.k_out = spreading_scale(d, r, random);
  r.post.bias_k = bias_k(d, r.k_a, r.k_b, r.k_out);
  compute_expected(d, r);
  return r;
}

UpdateRecord random_update(const Design& d, const GemmRecord& gemm, Random& random) {
  const MadamUpdate unit(d);
  const int one = 1 << d.update.v_fraction;
  UpdateRecord r;
  r.step = gemm.step;
  r.layer = gemm.layer;
  r.settings.gradient_exponent = -(1 << (d.format.bits - 1)) - static_cast<int>(random.below(40));
  r.settings.correction = -static_cast<std::int32_t>(random.below(10 * one));
  r.settings.step_log2 = static_cast<std::int32_t>(random.below(8 * one));
  r.settings.cap = unit.max_code() - static_cast<std::int32_t>(random.below(unit.max_code() / 4));
  if (unit.stochastic()) r.settings.noise_key = random.below(std::int64_t{1} << 62);
  r.gradient = random_words(d, std::int64_t{gemm.m} * gemm.k, random);
  for (std::size_t i = 0; i < r.gradient.size(); ++i) {
    const auto sign = static_cast<std::uint32_t>(random.below(2)) << (d.update.bits - 1);
    const auto code = static_cast<std::uint32_t>(random.one_in(10) ? (random.one_in(2) ? 1 : r.settings.cap)
                                                                   : 1 + random.below(r.settings.cap));
    const std::int64_t range = std::int64_t{1} << (d.update.v_bits - 1);
    const std::int64_t v = random.one_in(10) ? unit.zero_v() : random.below(2 * range) - range;
    r.before.push_back({static_cast<UpdateWord>(sign | code), static_cast<std::int32_t>(v)});
  }
  compute_expected(d, r);
  return r;
}

}  // namespace

void compute_expected(const Design& design, GemmRecord& r) {
  const VectorLane lane(design);
  const OutputConverter convert(design, r.post);
  const auto k_size = static_cast<std::size_t>(r.k);
  const auto vector = static_cast<std::size_t>(design.datapath.vector);
  const int vectors = widths::vectors_of(design, r.k);
  const std::size_t outputs = static_cast<std::size_t>(r.n) * static_cast<std::size_t>(r.m);
  r.acc.assign(outputs, 0);
  r.out.assign(r.raw ? 0 : outputs, 0);
  r.saturations = 0;
  for (std::size_t at = 0; at < outputs; ++at) {
    if (at % 4096 == 0) check_interrupt();
    const std::size_t m = at % static_cast<std::size_t>(r.m), n = at / static_cast<std::size_t>(r.m);
    const auto a = std::span(r.a).subspan(m * k_size, k_size);
    const auto b = std::span(r.b).subspan(n * k_size, k_size);
    std::int32_t acc = r.bias.empty() ? 0 : r.bias[m];
    for (std::size_t k = 0; k < k_size; k += vector) {
      const std::size_t length = std::min(vector, k_size - k);
      const int octaves = r.vector_shift(static_cast<int>(m), vectors, static_cast<int>(k / vector));
      const std::int64_t sum = lane(a.subspan(k, length), b.subspan(k, length), octaves);
      const AccumulateResult next =
          accumulate(acc, sum, design.datapath.accumulator_bits, design.datapath.overflow);
      acc = next.value;
      r.saturations += next.overflowed ? 1 : 0;
    }
    r.acc[at] = acc;
    const bool passes = r.mask.empty() || r.mask[at] != 0;
    if (r.raw) continue;
    const int row = static_cast<int>(m);
    const PostResult result = convert(acc, r.row_scale(row), row, static_cast<int>(n));
    r.out[at] = passes ? result.word : Word{0};
  }
}

void compute_expected(const Design& design, UpdateRecord& r) {
  const MadamUpdate unit(design);
  r.after.clear();
  for (std::size_t i = 0; i < r.before.size(); ++i) {
    r.after.push_back(unit(r.before[i], r.gradient[i], r.settings, static_cast<std::uint32_t>(i)));
  }
}

Trace random_trace(const Design& design, std::span<const Shape> shapes, std::uint64_t seed) {
  Random random(seed);
  Trace trace;
  trace.design = design;
  trace.design_text = resolved_yaml(design);
  trace.design_digest = design_digest(design);
  trace.network = "random matrices";
  trace.experiment = "seed " + std::to_string(seed);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    trace.gemms.push_back(random_gemm(design, shapes[i], i, random));
    if (design.update.kind == UpdateKind::kMadam) {
      trace.updates.push_back(random_update(design, trace.gemms.back(), random));
    }
  }
  return trace;
}

}  // namespace napier

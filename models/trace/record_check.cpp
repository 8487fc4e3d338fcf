#include "models/trace/record_check.hpp"

#include <algorithm>

#include "models/base/error.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"

namespace napier {
namespace {

class Checker {
 public:
  explicit Checker(const std::string& place) : place_(place) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(place_ + ": " + what + "; write the trace again with 'napier train ... --trace'");
  }

  void size(const std::string& name, std::size_t have, std::int64_t want) const {
    if (static_cast<std::int64_t>(have) != want) {
      fail(name + " holds " + std::to_string(have) + " elements, expected " + std::to_string(want));
    }
  }

  void range(const std::string& name, std::int64_t value, std::int64_t low, std::int64_t high) const {
    if (value < low || value > high) {
      fail(name + " is " + std::to_string(value) + ", expected " + std::to_string(low) + ".." +
           std::to_string(high));
    }
  }

  /// Every element in low..high.
  template <typename T>
  void range(const std::string& name, const std::vector<T>& values, std::int64_t low,
             std::int64_t high) const {
    const auto bad = std::find_if(values.begin(), values.end(), [&](T v) { return v < low || v > high; });
    if (bad != values.end()) {
      range(name + "[" + std::to_string(bad - values.begin()) + "]", *bad, low, high);
    }
  }

  void words(const Design& design, const std::string& name, const std::vector<Word>& values) const {
    range(name, values, 0, (1 << design.format.bits) - 1);
    if (widths::is_fp8(design)) return numbers(widths::fp8_format(design), name, values);
    if (!widths::is_lns(design) || design.format.zero == ZeroCode::kNone) return;
    const Word negative_zero = static_cast<Word>(1 << (design.format.bits - 1));
    const auto bad = std::find(values.begin(), values.end(), negative_zero);
    if (bad != values.end()) {
      fail(name + "[" + std::to_string(bad - values.begin()) +
           "] is a zero with a sign, which is no word of the format");
    }
  }

  /// The datapath multiplies finite numbers only.
  void numbers(const Minifloat& format, const std::string& name, const std::vector<Word>& values) const {
    const auto bad = std::find_if(values.begin(), values.end(), [&](Word w) { return !format.is_number(w); });
    if (bad == values.end()) return;
    fail(name + "[" + std::to_string(bad - values.begin()) + "] is " + std::to_string(*bad) +
         ", an infinity or NaN, which the datapath does not multiply");
  }

 private:
  const std::string& place_;
};

constexpr std::int64_t kInt16Max = 0x7FFF;

}  // namespace

std::string pass_name(Pass pass) {
  switch (pass) {
    case Pass::kForward:
      return "forward";
    case Pass::kInputGradient:
      return "input gradient";
    case Pass::kWeightGradient:
      return "weight gradient";
  }
  throw InternalError("unknown pass");
}

std::string describe(const GemmRecord& r) {
  return "step " + std::to_string(r.step) + " layer " + std::to_string(r.layer) + " " + pass_name(r.pass);
}

std::string describe(const UpdateRecord& r) {
  return "step " + std::to_string(r.step) + " layer " + std::to_string(r.layer) + " update";
}

void check_traceable(const Design& design, const std::string& place) {
  if (!has_hardware(design.format.kind)) {
    throw InputError(place + ": a design with format.kind " + format_name(design.format.kind) +
                     " has no hardware to replay a trace; use format.kind lns, int8, fp8_e4m3 or fp8_e5m2");
  }
}

void check_record(const Design& design, const GemmRecord& r, const std::string& place) {
  check_traceable(design, place);
  const Checker check(place);
  check.range("m", r.m, 1, INT32_MAX);
  check.range("n", r.n, 1, INT32_MAX);
  check.range("k", r.k, 1, INT32_MAX);
  const std::int64_t outputs = std::int64_t{r.n} * r.m;
  check.size("a", r.a.size(), std::int64_t{r.m} * r.k);
  check.size("b", r.b.size(), std::int64_t{r.n} * r.k);
  if (!r.bias.empty()) check.size("bias", r.bias.size(), r.m);
  if (!r.mask.empty()) check.size("mask", r.mask.size(), outputs);
  if (!r.row_scales.empty()) {
    if (!widths::has_row_scales(design)) check.fail("row_scales stand in a design with one scale a tensor");
    check.size("row_scales", r.row_scales.size(), r.m);
    check.range("row_scales", r.row_scales, -kInt16Max - 1, 0);
    const int lowest = *std::min_element(r.row_scales.begin(), r.row_scales.end());
    check.range("bias_k and the lowest of row_scales together", std::int64_t{r.post.bias_k} + lowest,
                -kInt16Max - 1, kInt16Max);
  }
  if (!r.vector_shifts.empty()) {
    if (!widths::has_vector_scales(design))
      check.fail("vector_shifts stand in a design without scales of vectors");
    check.size("vector_shifts", r.vector_shifts.size(), std::int64_t{r.m} * widths::vectors_of(design, r.k));
    check.range("vector_shifts", r.vector_shifts, 0, widths::most_vector_shift(design));
  }
  if (!widths::is_stochastic(design) && r.post.random_key != 0) {
    check.fail("random_key stands in a design that does not round at random");
  }
  check.size("acc", r.acc.size(), outputs);
  check.size("out", r.out.size(), r.raw ? 0 : outputs);
  check.words(design, "a", r.a);
  check.words(design, "b", r.b);
  check.words(design, "out", r.out);
  const std::int64_t highest = (std::int64_t{1} << (design.datapath.accumulator_bits - 1)) - 1;
  check.range("bias", r.bias, -highest - 1, highest);
  check.range("acc", r.acc, -highest - 1, highest);
  check.range("mask", r.mask, 0, 1);
  check.range("bias_k", r.post.bias_k, -kInt16Max - 1, kInt16Max);
  check.range("saturations", r.saturations, 0, INT64_MAX);
}

void check_record(const Design& design, const UpdateRecord& r, const std::string& place) {
  check_traceable(design, place);
  if (design.update.kind != UpdateKind::kMadam) {
    throw InputError(place + ": the design has no Madam unit; use a design with update.kind madam");
  }
  const Checker check(place);
  const auto count = static_cast<std::int64_t>(r.before.size());
  check.range("number of weights", count, 1, INT32_MAX);
  check.size("after", r.after.size(), count);
  check.size("gradient", r.gradient.size(), count);
  check.words(design, "gradient", r.gradient);
  const std::int64_t max_code = (1 << (design.update.bits - 1)) - 1;
  const std::int64_t v_high = (std::int64_t{1} << (design.update.v_bits - 1)) - 1;
  for (const auto* states : {&r.before, &r.after}) {
    const std::string name = states == &r.before ? "before" : "after";
    for (std::size_t i = 0; i < states->size(); ++i) {
      const MadamState& s = (*states)[i];
      const bool fits = (s.weight >> design.update.bits) == 0 && (s.weight & max_code) != 0 &&
                        s.v >= -v_high - 1 && s.v <= v_high;
      if (fits) continue;
      const std::string at = name + "[" + std::to_string(i) + "]";
      check.range(at + " weight", s.weight, 0, 2 * max_code + 1);
      check.range(at + " weight code", s.weight & max_code, 1, max_code);
      check.range(at + " v", s.v, -v_high - 1, v_high);
    }
  }
  check.range("gradient_exponent", r.settings.gradient_exponent, -kInt16Max - 1, kInt16Max);
  // With these the unit's 32-bit sums cannot overflow: |log2 g| and its double stay below 2^30, v below 2^24.
  constexpr std::int64_t kLogRange = std::int64_t{1} << 29;
  check.range("correction", r.settings.correction, -kLogRange, kLogRange);
  check.range("step_log2", r.settings.step_log2, -kLogRange, kLogRange);
  check.range("cap", r.settings.cap, 1, max_code);
  if (!widths::stochastic_update(design)) check.range("noise_key", r.settings.noise_key, 0, 0);
}

}  // namespace napier

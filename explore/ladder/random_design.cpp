#include "explore/ladder/random_design.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "models/base/error.hpp"
#include "models/base/random.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"

namespace napier::explore::ladder {
namespace {

/// Draws for one design.
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t index) : random_(seed), stream_(index) {}
  int in(int low, int high) {
    return low +
           static_cast<int>(random_.below(static_cast<std::uint32_t>(high - low + 1), stream_, next_++));
  }
  template <class T, std::size_t N>
  T of(const std::array<T, N>& choices) {
    return choices[static_cast<std::size_t>(in(0, static_cast<int>(N) - 1))];
  }

 private:
  Philox random_;
  std::uint64_t stream_, next_ = 0;
};

void draw_sizes(Design& d, Draws& draws) {
  d.datapath.lanes = draws.in(1, 6);
  do d.post_processor.lanes = draws.in(1, d.datapath.lanes);
  while (d.datapath.lanes % d.post_processor.lanes != 0);
  d.datapath.vector = draws.of(std::array{1, 2, 4, 8});
  d.datapath.accumulator_bits = draws.in(8, 32);
  d.datapath.overflow = draws.of(std::array{Overflow::kSaturate, Overflow::kWrap});
  d.collector.entries = draws.in(1, 6);
  d.buffers.a_rows = draws.in(2, 9);
  d.buffers.b_words = draws.in(2, 9);
  d.pipeline.multiply = draws.in(0, 3);
  d.pipeline.reduce = draws.in(0, 3);
  d.pipeline.post_process = draws.in(1, 5);
}

void draw_lns(Design& d, Draws& draws) {
  Format& f = d.format;
  f.kind = FormatKind::kLns;
  f.bits = draws.in(4, 8);
  f.gamma_log2 = draws.in(0, std::min(5, f.bits - 2));
  f.zero = draws.of(std::array{ZeroCode::kReserved, ZeroCode::kReserved, ZeroCode::kNone});
  f.rounding = draws.of(std::array{Rounding::kLogNearest, Rounding::kLinearNearest, Rounding::kStochastic});
  f.scale_grid = draws.of(std::array{ScaleGrid::kGamma, ScaleGrid::kPowerOfTwo});
  f.scale_group = draws.of(std::array{ScaleGroup::kTensor, ScaleGroup::kChannel});
  f.scale_rule = draws.of(std::array{ScaleRule::kCurrent, ScaleRule::kDelayed, ScaleRule::kStatic});
  Datapath& p = d.datapath;
  p.style = draws.of(
      std::array{ConversionStyle::kPerElement, ConversionStyle::kBinned, ConversionStyle::kSplitSign});
  if (p.style != ConversionStyle::kPerElement) p.lut_bits = draws.in(0, f.gamma_log2);
  p.const_bits = draws.in(2, 24);
  p.term_bits = draws.in(2, 30);
  p.term_rounding = draws.of(std::array{TermRounding::kTruncate, TermRounding::kHalfUp});
  d.post_processor.compare_bits = draws.in(f.gamma_log2 + 2, 23);
  d.pipeline.convert = draws.in(0, 3);
  if (widths::has_scaler(d)) d.pipeline.scale = draws.in(0, 3);
}

void draw_fp8(Design& d, Draws& draws) {
  d.format.kind = draws.of(std::array{FormatKind::kFp8E4m3, FormatKind::kFp8E5m2});
  d.datapath.term_bits = draws.in(2, 30);
  d.datapath.term_rounding = draws.of(std::array{TermRounding::kTruncate, TermRounding::kHalfUp});
  d.pipeline.convert = draws.in(0, 3);
}

void draw_update(Design& d, Draws& draws) {
  Update& u = d.update;
  u.kind = d.format.kind == FormatKind::kLns && draws.in(0, 3) > 0 ? UpdateKind::kMadam : UpdateKind::kHost;
  if (u.kind == UpdateKind::kHost) return;
  const int gamma_log2 = d.format.gamma_log2;
  u.bits = draws.in(d.format.bits, 16);
  u.rounding = draws.of(std::array{UpdateRounding::kNearest, UpdateRounding::kStochastic});
  u.round_first = draws.in(0, 3) == 0;
  u.lanes = draws.in(1, 3);
  u.v_fraction = draws.in(std::max(4, gamma_log2 + 1), std::min(16, gamma_log2 + 14));
  u.v_bits = draws.in(std::max(10, u.v_fraction + 6), 28);
  u.beta = draws.of(std::array{0.5, 0.9, 0.95, 0.99, 0.999});
  u.bound = draws.of(std::array{1.0, 3.5, 10.0, 64.0});
  d.pipeline.update = draws.in(1, 6);
}

/// The design as read back from its own file, or nothing where that is refused.
std::optional<Design> checked(const Design& design) {
  try {
    return parse_design(resolved_yaml(design), design.name);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// What shrinking tries, from the coarsest to the finest.
std::vector<std::function<void(Design&)>> simplifications() {
  std::vector<std::function<void(Design&)>> all = {
      [](Design& d) {
        d.update = {}, d.update.kind = UpdateKind::kHost, d.pipeline.update = Pipeline().update;
      },
      [](Design& d) { d.format.scale_group = ScaleGroup::kTensor; },
      [](Design& d) { d.format.rounding = Rounding::kLogNearest; },
      [](Design& d) { d.format.zero = ZeroCode::kReserved; },
      [](Design& d) { d.format.scale_grid = ScaleGrid::kGamma; },
      [](Design& d) { d.format.scale_rule = ScaleRule::kDelayed; },
      [](Design& d) {
        d.datapath.style = ConversionStyle::kPerElement, d.datapath.lut_bits = Datapath().lut_bits,
        d.pipeline.scale = Pipeline().scale;
      },
      [](Design& d) { d.datapath.lut_bits = 0, d.pipeline.scale = Pipeline().scale; },
      [](Design& d) { d.datapath.overflow = Overflow::kWrap; },
      [](Design& d) { d.datapath.term_rounding = TermRounding::kTruncate; },
      [](Design& d) { d.update.rounding = UpdateRounding::kNearest; },
      [](Design& d) { d.update.round_first = false; },
      [](Design& d) { d.update.lanes = 1; },
      [](Design& d) { d.datapath.lanes = d.post_processor.lanes = 1; },
      [](Design& d) { d.post_processor.lanes = 1; },
      [](Design& d) { d.datapath.vector = 1; },
      [](Design& d) { d.collector.entries = 1; },
      [](Design& d) {
        d.buffers = {2, 2};
      },
      [](Design& d) { d.pipeline.multiply = 1, d.pipeline.reduce = 0; },
      [](Design& d) { d.pipeline.convert = 0; },
      [](Design& d) { d.pipeline.post_process = 1; },
      [](Design& d) { d.pipeline.update = 1; },
  };
  // Widths: to the middle between here and the least, again and again.
  for (const auto& [member, least] :
       {std::pair{&Datapath::term_bits, 2}, {&Datapath::const_bits, 2}, {&Datapath::accumulator_bits, 8}}) {
    all.emplace_back([member = member, least = least](Design& d) {
      d.datapath.*member = least + (d.datapath.*member - least) / 2;
    });
  }
  all.emplace_back([](Design& d) {
    d.post_processor.compare_bits =
        d.format.gamma_log2 + 2 + (d.post_processor.compare_bits - d.format.gamma_log2 - 2) / 2;
  });
  all.emplace_back([](Design& d) { d.format.gamma_log2 /= 2; });
  all.emplace_back([](Design& d) { d.format.bits = 4 + (d.format.bits - 4) / 2; });
  return all;
}

}  // namespace

Design random_design(std::uint64_t seed, std::uint64_t index) {
  Draws draws(seed, index);
  constexpr int kTries = 10000;
  for (int i = 0; i < kTries; ++i) {
    Design d;
    d.name = "random_" + std::to_string(seed) + "_" + std::to_string(index);
    draw_sizes(d, draws);
    const int kind = draws.in(0, 5);
    if (kind == 0) {
      d.format.kind = FormatKind::kInt8;
    } else if (kind == 1) {
      draw_fp8(d, draws);
    } else {
      draw_lns(d, draws);
    }
    draw_update(d, draws);
    if (const auto legal = checked(d)) return *legal;
  }
  throw InternalError("no legal design in " + std::to_string(kTries) + " draws of seed " +
                      std::to_string(seed));
}

Design shrink(Design design, const std::function<bool(const Design&)>& still_fails) {
  bool smaller = true;
  while (smaller) {
    smaller = false;
    for (const auto& simplify : simplifications()) {
      Design next = design;
      simplify(next);
      const auto legal = checked(next);
      if (!legal || resolved_yaml(*legal) == resolved_yaml(design)) continue;
      if (!still_fails(*legal)) continue;
      design = *legal;
      smaller = true;
    }
  }
  return design;
}

}  // namespace napier::explore::ladder

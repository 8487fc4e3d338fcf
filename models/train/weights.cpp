#include "models/train/weights.hpp"

#include <algorithm>
#include <map>

#include "models/base/error.hpp"
#include "models/train/scales.hpp"

namespace napier {

std::unique_ptr<Weights> make_lns_weights(const Design& design, const MadamParameters& madam,
                                          std::span<const float> initial, int rows, int layer,
                                          const Parallel& threads);
std::unique_ptr<Weights> make_host_weights(const Design& design, const OptimizerParameters& optimizer,
                                           std::span<const float> initial, int rows, int layer,
                                           const Parallel& threads);
std::unique_ptr<Weights> make_rounded_weights(const Design& design, const OptimizerParameters& optimizer,
                                              std::span<const float> initial, int layer,
                                              const Parallel& threads);
std::unique_ptr<Weights> make_integer_madam_weights(const Design& design,
                                                    const OptimizerParameters& optimizer,
                                                    std::span<const float> initial, int layer,
                                                    const Parallel& threads);

std::unique_ptr<Weights> make_weights(const Design& design, const OptimizerParameters& optimizer,
                                      std::span<const float> initial, int rows, int layer,
                                      const Parallel& threads) {
  switch (design.update.kind) {
    case UpdateKind::kMadam:
      return make_lns_weights(design, optimizer.madam, initial, rows, layer, threads);
    case UpdateKind::kHost:
      return make_host_weights(design, optimizer, initial, rows, layer, threads);
    case UpdateKind::kRounded:
      return make_rounded_weights(design, optimizer, initial, layer, threads);
    case UpdateKind::kIntegerMadam:
      return make_integer_madam_weights(design, optimizer, initial, layer, threads);
  }
  throw InternalError("update kind without weights");
}

std::vector<double> row_units(const Design& design, const Weights& weights, int k_b) {
  const std::span<const std::int32_t> scales = weights.groups().rows();
  if (scales.empty()) return {accumulator_unit(design, weights.scale(), k_b)};
  std::map<std::int32_t, double> known;  // few scales are different
  for (const std::int32_t s : scales) {
    if (!known.contains(s)) known[s] = accumulator_unit(design, weights.scale() + s, k_b);
  }
  std::vector<double> units;
  for (const std::int32_t s : scales) units.push_back(known[s]);
  return units;
}

std::span<const Word> on_one_scale(const Design& design, const Weights& weights, std::vector<Word>& scratch,
                                   std::int64_t& underflows) {
  const std::span<const Word> from = weights.operands();
  const GroupScales& groups = weights.groups();
  if (groups.groups() == 0) return from;
  const LnsFormat f(design.format);
  scratch.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const int code = f.code(from[i]) + groups.offset_of_weight(i);
    const bool flushed = !f.is_zero(from[i]) && code < (f.zero == ZeroCode::kReserved ? 1 : 0);
    underflows += flushed ? 1 : 0;
    scratch[i] = f.is_zero(from[i]) ? Word{0} : f.word(f.negative(from[i]), std::max(code, 0));
  }
  return scratch;
}

}  // namespace napier

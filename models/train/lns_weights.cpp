#include "models/train/lns_weights.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "models/base/error.hpp"
#include "models/base/random.hpp"
#include "models/design/widths.hpp"
#include "models/format/constants.hpp"
#include "models/format/quantizer.hpp"
#include "models/trace/trace.hpp"
#include "models/train/host_optimizer.hpp"
#include "models/train/scales.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/update_grid.hpp"
#include "models/train/weight_checks.hpp"

namespace napier {
namespace {

/// Last word of the Philox counters whose numbers are keys of the unit's noise.
constexpr std::uint32_t kUpdateNoise = 0x75706474;

/// log2 of gamma_U: the update grid is `bits_U - bits` bits finer than the operands'.
int update_gamma_log2(const Design& d) { return d.format.gamma_log2 + d.update.bits - d.format.bits; }

/// Words of the initial weights: nearest code on the update grid, never zero, at most the cap.
std::vector<UpdateWord> initial_words(const UpdateGrid& grid, std::span<const float> initial, int scale,
                                      const GroupScales& groups, int cap) {
  std::vector<UpdateWord> words;
  for (std::size_t i = 0; i < initial.size(); ++i) {
    const float x = initial[i];
    const int nearest = x == 0 ? 1 : grid.nearest_code(x, scale + groups.offset_of_weight(i));
    const int code = std::clamp(nearest, 1, cap);
    words.push_back(static_cast<UpdateWord>((std::signbit(x) ? grid.max_code() + 1 : 0) | code));
  }
  return words;
}

}  // namespace

LnsWeights::LnsWeights(const Design& design, const MadamParameters& madam, std::span<const float> initial,
                       int rows, int layer, const Parallel& threads)
    : design_(design), madam_(madam), layer_(layer), threads_(threads), unit_(design) {
  const float limit = madam_limit(initial, layer);
  const Quantizer quantizer(design);
  scale_ = quantizer.scale_exponent(limit);
  groups_ = GroupScales(design, initial.size(), rows);
  std::vector<int> needed;
  for (std::size_t g = 0; g < groups_.groups(); ++g) {
    const auto of_group = static_cast<float>(3.0 * root_mean_square(groups_.group(initial, g)));
    needed.push_back(quantizer.scale_exponent(of_group > 0 ? of_group : limit));
  }
  if (!needed.empty()) scale_ = groups_.choose(needed);
  const int finer = design.update.bits - design.format.bits;
  const int max_code = unit_.unit().max_code();
  cap_ = groups_.groups() > 0
             ? max_code
             : std::clamp(floor_code(limit, update_gamma_log2(design)) - scale_ * (1 << finer) + max_code, 1,
                          max_code);
  words_ = initial_words(UpdateGrid(design), initial, scale_, groups_, cap_);
  v_.assign(initial.size(), unit_.unit().zero_v());
  operands_.resize(initial.size());
  for (int w = 0; w < (1 << design.update.bits); ++w) {
    operand_of_.push_back(operand_of_weight(design, static_cast<UpdateWord>(w)));
  }
  make_operands();
}

void LnsWeights::make_operands() {
  constexpr std::size_t kPiece = 16384;  // weights a thread takes at once
  std::atomic<std::int64_t> zeros = 0;
  threads_.for_each(static_cast<int>((words_.size() + kPiece - 1) / kPiece), [&](int piece) {
    const std::size_t first = static_cast<std::size_t>(piece) * kPiece;
    const std::size_t last = std::min(words_.size(), first + kPiece);
    for (std::size_t i = first; i < last; ++i) operands_[i] = operand_of_[words_[i]];
    zeros += std::count(operands_.begin() + static_cast<std::ptrdiff_t>(first),
                        operands_.begin() + static_cast<std::ptrdiff_t>(last), Word{0});
  });
  underflows_ = design_.format.zero == ZeroCode::kReserved ? zeros.load() : 0;
}

void LnsWeights::update(std::span<const Word> gradient, int k, const StepSettings& settings,
                        UpdateRecord* record) {
  const int fraction = design_.update.v_fraction;
  const double codes = std::ldexp(settings.factor, update_gamma_log2(design_) - madam_.learning_rate_shift);
  const MadamSettings madam{.gradient_exponent = k - LnsFormat(design_.format).max_code(),
                            .correction = static_cast<std::int32_t>(
                                fixed_log2_correction(design_.update.beta, settings.step + 1, fraction)),
                            .step_log2 = static_cast<std::int32_t>(fixed_log2(codes, fraction)),
                            .cap = cap_,
                            .noise_key = noise_key(settings.step)};
  const auto states = [&] {
    std::vector<MadamState> all;
    for (std::size_t i = 0; i < words_.size(); ++i) all.push_back({words_[i], v_[i]});
    return all;
  };
  if (record != nullptr) {
    record->settings = madam;
    record->gradient.assign(gradient.begin(), gradient.end());
    record->before = states();
  }
  unit_.update(words_, v_, gradient, madam, threads_);
  if (record != nullptr) record->after = states();
  make_operands();
}

std::int64_t LnsWeights::noise_key(std::int64_t step) const {
  if (!unit_.unit().stochastic()) return 0;
  const Philox::Block key =
      Philox(design_.update.seed)
          .block({static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32),
                  static_cast<std::uint32_t>(layer_), kUpdateNoise});
  return static_cast<std::int64_t>(std::uint64_t{key[1]} << 32 | key[0]);
}

void LnsWeights::exchange(StateArchive& archive) {
  archive.value("scale", scale_);
  archive.value("cap", cap_);
  groups_.exchange(archive);
  archive.fixed_list("weights", words_);
  archive.fixed_list("second_moment", v_);
  make_operands();
}

std::unique_ptr<Weights> make_lns_weights(const Design& design, const MadamParameters& madam,
                                          std::span<const float> initial, int rows, int layer,
                                          const Parallel& threads) {
  return std::make_unique<LnsWeights>(design, madam, initial, rows, layer, threads);
}

}  // namespace napier

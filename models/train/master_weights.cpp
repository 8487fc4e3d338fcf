#include "models/train/master_weights.hpp"

#include "models/format/float_rounding.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/weight_checks.hpp"

namespace napier {
namespace {

constexpr std::uint32_t kStream = 1U << 31;  // apart from all streams of the trainer

const Minifloat& format_of(MasterFormat format) {
  return format == MasterFormat::kBf16 ? kBf16Float : kFp16Float;
}

}  // namespace

MasterWeights::MasterWeights(const Design& design, const OptimizerParameters& optimizer, int tensor,
                             std::span<const float> initial)
    : update_(design.update),
      rate_(base_rate(optimizer, optimizer.host.rule)),
      tensor_(static_cast<std::uint32_t>(tensor)),
      random_(design.update.seed),
      optimizer_(optimizer.host, optimizer.host.rule, design.update.bound, initial),
      values_(initial.begin(), initial.end()) {
  if (optimizer.host.rule == HostRule::kMadam) madam_limit(initial, tensor);
  if (update_.master == MasterFormat::kFp32) return;
  moved_ = values_;
  if (update_.master_rounding == MasterRounding::kKahan) excess_.resize(values_.size());
  round(-1);
}

void MasterWeights::update(std::span<const float> gradient, const StepSettings& settings,
                           const Parallel& threads) {
  const double rate = settings.factor * rate_;
  if (update_.master == MasterFormat::kFp32) {
    optimizer_.step(values_, gradient, rate, settings.step + 1, threads);
    return;
  }
  moved_ = values_;
  for (std::size_t i = 0; i < excess_.size(); ++i) moved_[i] -= excess_[i];
  optimizer_.step(moved_, gradient, rate, settings.step + 1, threads);
  round(settings.step);
}

/// step: -1 for the initial weights.
void MasterWeights::round(std::int64_t step) {
  const TensorPlace place{"weights", step};
  const Minifloat& format = format_of(update_.master);
  if (update_.master_rounding == MasterRounding::kStochastic) {
    std::vector<std::uint32_t> words(moved_.size());
    for (std::size_t i = 0; i < moved_.size(); i += 4) {
      const Philox::Block block = random_.block(
          {static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(step), tensor_, kStream});
      for (std::size_t j = 0; j < 4 && i + j < moved_.size(); ++j) words[i + j] = block[j];
    }
    round_to_format(format, moved_, 0, words, values_, place);
    return;
  }
  round_to_format(format, moved_, 0, values_, place);
  if (excess_.empty()) return;
  for (std::size_t i = 0; i < excess_.size(); ++i) excess_[i] = values_[i] - moved_[i];
  round_to_format(format, excess_, 0, excess_, place);
}

void MasterWeights::exchange(StateArchive& archive, const std::string& name) {
  archive.fixed_list(name, values_);
  archive.fixed_list(name + " excess", excess_);
  optimizer_.exchange(archive);
}

}  // namespace napier

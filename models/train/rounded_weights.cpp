// Weights that live as LNS words of update.bits: each step is made in FP32 by the host's rule and rounded to
// words again, so that a step below half a grid step is lost, or made at random. Scale: 2^(k/gamma), the
// smallest on the operands' grid not below the largest weight; scales differ by whole codes, so that a weight
// which does not move keeps its value whatever the others do.
#include <algorithm>

#include "models/base/random.hpp"
#include "models/format/quantizer.hpp"
#include "models/train/host_optimizer.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/update_grid.hpp"
#include "models/train/weight_checks.hpp"
#include "models/train/weights.hpp"

namespace napier {
namespace {

constexpr std::size_t kPiece = 16384;  // elements a thread takes at once

/// Last word of the Philox counters whose numbers round weights: one block for four of them.
constexpr std::uint32_t kWeightNoise = 0x726F756E;

class RoundedWeights : public Weights {
 public:
  RoundedWeights(const Design& design, const OptimizerParameters& optimizer, std::span<const float> initial,
                 int layer, const Parallel& threads)
      : design_(design),
        rate_(base_rate(optimizer, optimizer.host.rule)),
        layer_(layer),
        threads_(threads),
        quantizer_(design),
        grid_(design),
        optimizer_(optimizer.host, optimizer.host.rule, design.update.bound, initial),
        random_(design.update.seed),
        values_(initial.begin(), initial.end()),
        words_(initial.size()),
        operands_(initial.size()),
        gradient_(initial.size()) {
    for (int w = 0; w < (1 << design.update.bits); ++w) {
      operand_of_.push_back(operand_of_weight(design, static_cast<UpdateWord>(w)));
    }
    if (optimizer.host.rule == HostRule::kMadam) madam_limit(initial, layer);
    round(0, false);
  }
  std::span<const Word> operands() const override { return operands_; }
  int scale() const override { return scale_; }
  std::int64_t underflows() const override { return underflows_; }

  void update(std::span<const Word> gradient, int k, const StepSettings& settings, UpdateRecord*) override {
    read_gradient(quantizer_, gradient, k, layer_, settings.step, gradient_);
    optimizer_.step(values_, gradient_, settings.factor * rate_, settings.step + 1, threads_);
    round(settings.step + 1, design_.update.rounding == UpdateRounding::kStochastic);
  }

  void exchange(StateArchive& archive) override {
    archive.value("scale", scale_);
    archive.fixed_list("weights", words_);
    optimizer_.exchange(archive);
    for (std::size_t i = 0; i < words_.size(); ++i) values_[i] = grid_.value(words_[i], scale_);
    make_operands();
  }

 private:
  /// values_ to words, and to what the words stand for.
  void round(std::int64_t step, bool stochastic) {
    scale_ = quantizer_.scale_exponent(largest_magnitude(values_, {"weights", step}));
    const auto pieces = static_cast<int>((values_.size() + kPiece - 1) / kPiece);
    threads_.for_each(pieces, [&](int piece) {
      const std::size_t first = static_cast<std::size_t>(piece) * kPiece;
      const std::size_t last = std::min(first + kPiece, values_.size());
      Philox::Block noise{};
      for (std::size_t i = first; i < last; ++i) {
        if (stochastic && i % 4 == 0) {
          noise = random_.block({static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(step),
                                 static_cast<std::uint32_t>(layer_), kWeightNoise});
        }
        words_[i] = stochastic ? grid_.stochastic(values_[i], scale_, noise[i % 4])
                               : grid_.nearest(values_[i], scale_);
        values_[i] = grid_.value(words_[i], scale_);
      }
    });
    make_operands();
  }

  void make_operands() {
    underflows_ = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      operands_[i] = operand_of_[words_[i]];
      underflows_ += operands_[i] == 0 && words_[i] != 0 ? 1 : 0;
    }
    if (design_.format.zero == ZeroCode::kNone) underflows_ = 0;
  }

  Design design_;
  double rate_;
  int layer_;
  const Parallel& threads_;
  Quantizer quantizer_;
  UpdateGrid grid_;
  HostOptimizer optimizer_;
  Philox random_;
  std::vector<Word> operand_of_;  ///< by update word
  std::vector<float> values_;     ///< of the words
  std::vector<UpdateWord> words_;
  std::vector<Word> operands_;
  std::vector<float> gradient_;
  int scale_ = 0;
  std::int64_t underflows_ = 0;
};

}  // namespace

std::unique_ptr<Weights> make_rounded_weights(const Design& design, const OptimizerParameters& optimizer,
                                              std::span<const float> initial, int layer,
                                              const Parallel& threads) {
  return std::make_unique<RoundedWeights>(design, optimizer, initial, layer, threads);
}

}  // namespace napier

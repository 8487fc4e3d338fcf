// Weights in update.master on the host, quantised to operand words after each update.
#include <algorithm>

#include "models/format/quantizer.hpp"
#include "models/train/master_weights.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/weight_checks.hpp"
#include "models/train/weights.hpp"

namespace napier {
namespace {

class HostWeights : public Weights {
 public:
  HostWeights(const Design& design, const OptimizerParameters& optimizer, std::span<const float> initial,
              int layer, const Parallel& threads)
      : layer_(layer),
        threads_(threads),
        quantizer_(design),
        master_(design, optimizer, layer, initial),
        operands_(initial.size()),
        gradient_(initial.size()) {
    quantise(0);
  }
  std::span<const Word> operands() const override { return operands_; }
  int scale() const override { return scale_; }
  std::int64_t underflows() const override { return underflows_; }

  void update(std::span<const Word> gradient, int k, const StepSettings& settings, UpdateRecord*) override {
    read_gradient(quantizer_, gradient, k, layer_, settings.step, gradient_);
    master_.update(gradient_, settings, threads_);
    quantise(settings.step);
  }

  void exchange(StateArchive& archive) override {
    master_.exchange(archive, "weights");
    quantise(0);
  }

 private:
  void quantise(std::int64_t step) {
    const TensorPlace place{"weights", step};
    scale_ = quantizer_.scale_exponent(largest_magnitude(master_.values(), place));
    underflows_ = quantizer_.quantize(master_.values(), scale_, operands_, place).underflowed;
  }

  int layer_;
  const Parallel& threads_;
  Quantizer quantizer_;
  MasterWeights master_;
  std::vector<Word> operands_;
  std::vector<float> gradient_;
  int scale_ = 0;
  std::int64_t underflows_ = 0;
};

}  // namespace

std::unique_ptr<Weights> make_host_weights(const Design& design, const OptimizerParameters& optimizer,
                                           std::span<const float> initial, int layer,
                                           const Parallel& threads) {
  return std::make_unique<HostWeights>(design, optimizer, initial, layer, threads);
}

}  // namespace napier

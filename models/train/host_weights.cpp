// Weights in update.master on the host, quantised to operand words after each update.
#include <algorithm>

#include "models/train/master_weights.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/tensor_quantizer.hpp"
#include "models/train/weight_checks.hpp"
#include "models/train/weights.hpp"

namespace napier {
namespace {

class HostWeights : public Weights {
 public:
  HostWeights(const Design& design, const OptimizerParameters& optimizer, std::span<const float> initial,
              int rows, int layer, const Parallel& threads)
      : layer_(layer),
        threads_(threads),
        quantizer_(design, threads),
        master_(design, optimizer, layer, initial),
        operands_(initial.size()),
        gradient_(initial.size()) {
    groups_ = GroupScales(design, initial.size(), rows);
    quantise(-1);
  }
  std::span<const Word> operands() const override { return operands_; }
  int scale() const override { return scale_; }
  std::int64_t underflows() const override { return underflows_; }

  void update(std::span<const Word> gradient, int k, const StepSettings& settings, UpdateRecord*) override {
    read_gradient(quantizer_.quantizer(), gradient, k, layer_, settings.step, gradient_);
    master_.update(gradient_, settings, threads_);
    quantise(settings.step);
  }

  void exchange(StateArchive& archive) override {
    master_.exchange(archive, "weights");
    archive.value("rounded_in_step", step_);
    quantise(step_);
  }

 private:
  /// Operands of the weights after `step`, -1 before the first; random numbers of that step.
  void quantise(std::int64_t step) {
    constexpr std::uint32_t kPlace = 1 << 19;  // past those of layers' tensors
    step_ = step;
    const TensorPlace place{"weights", std::max<std::int64_t>(step, 0)};
    const std::span<const float> values = master_.values();
    const std::uint64_t stream = random_stream(step, kPlace + static_cast<std::uint32_t>(layer_));
    const float largest = largest_magnitude(values, place, threads_);
    scale_ = quantizer_.quantizer().scale_exponent(largest);
    if (groups_.groups() == 0) {
      underflows_ = quantizer_(values, scale_, stream, operands_, place).underflowed;
      return;
    }
    std::vector<int> needed;
    for (std::size_t g = 0; g < groups_.groups(); ++g) {
      const float of_group = largest_magnitude(groups_.group(values, g), place);
      needed.push_back(of_group > 0 ? quantizer_.quantizer().scale_exponent(of_group) : scale_);
    }
    scale_ = groups_.choose(needed);
    underflows_ = 0;
    for (std::size_t g = 0; g < groups_.groups(); ++g) {
      underflows_ += quantizer_(groups_.group(values, g), scale_ + groups_.offset(g), stream + (g << 44),
                                groups_.group(std::span(operands_), g), place)
                         .underflowed;
    }
  }

  int layer_;
  const Parallel& threads_;
  TensorQuantizer quantizer_;
  std::int64_t step_ = -1;
  MasterWeights master_;
  std::vector<Word> operands_;
  std::vector<float> gradient_;
  int scale_ = 0;
  std::int64_t underflows_ = 0;
};

}  // namespace

std::unique_ptr<Weights> make_host_weights(const Design& design, const OptimizerParameters& optimizer,
                                           std::span<const float> initial, int rows, int layer,
                                           const Parallel& threads) {
  return std::make_unique<HostWeights>(design, optimizer, initial, rows, layer, threads);
}

}  // namespace napier

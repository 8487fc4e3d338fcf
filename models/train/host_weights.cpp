// Weights in update.master on the host, quantised to operand words after each update.
#include <algorithm>

#include "models/design/widths.hpp"
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
        gradient_(initial.size()),
        row_scales_(widths::has_row_scales(design) ? static_cast<std::size_t>(rows) : 0) {
    quantise(-1);
  }
  std::span<const Word> operands() const override { return operands_; }
  int scale() const override { return scale_; }
  std::span<const std::int32_t> row_scales() const override { return row_scales_; }
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
    if (row_scales_.empty()) {
      underflows_ = quantizer_(values, scale_, stream, operands_, place).underflowed;
      return;
    }
    underflows_ = 0;
    const std::size_t size = values.size() / row_scales_.size();
    for (std::size_t row = 0; row < row_scales_.size(); ++row) {
      const auto x = values.subspan(row * size, size);
      const float of_row = largest_magnitude(x, place, threads_);
      const int k = of_row > 0 ? quantizer_.quantizer().scale_exponent(of_row) : scale_;
      row_scales_[row] = k - scale_;
      underflows_ +=
          quantizer_(x, k, stream + (row << 44), std::span(operands_).subspan(row * size, size), place)
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
  std::vector<std::int32_t> row_scales_;
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

// Weights of integer Madam, quantised to operand words through a table: their largest magnitude is fixed, and
// so is their scale.
#include "models/format/quantizer.hpp"
#include "models/train/host_optimizer.hpp"
#include "models/train/integer_madam.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/weight_checks.hpp"
#include "models/train/weights.hpp"

namespace napier {
namespace {

class IntegerMadamWeights : public Weights {
 public:
  IntegerMadamWeights(const Design& design, const OptimizerParameters& optimizer,
                      std::span<const float> initial, int layer, const Parallel& threads)
      : rate_(base_rate(optimizer, HostRule::kMadam)),
        layer_(layer),
        threads_(threads),
        quantizer_(design),
        rule_(design.update.bits - 1, madam_limit(initial, layer), design.update.bound,
              optimizer.host.second_moment, initial),
        scale_(quantizer_.scale_exponent(rule_.largest())),
        operands_(initial.size()),
        gradient_(initial.size()) {
    std::vector<float> values = rule_.magnitudes();
    for (const float magnitude : rule_.magnitudes()) values.push_back(-magnitude);
    operand_of_.resize(values.size());
    quantizer_.quantize(values, scale_, operand_of_, {"weights", 0});
    make_operands();
  }
  std::span<const Word> operands() const override { return operands_; }
  int scale() const override { return scale_; }
  std::int64_t underflows() const override { return underflows_; }

  void update(std::span<const Word> gradient, int k, const StepSettings& settings, UpdateRecord*) override {
    read_gradient(quantizer_, gradient, k, layer_, settings.step, gradient_);
    rule_.step(gradient_, settings.factor * rate_, settings.step + 1, threads_);
    make_operands();
  }

  void exchange(StateArchive& archive) override {
    archive.fixed_list("weights", rule_.weights());
    archive.fixed_list("second_moment", rule_.mean_squares());
    make_operands();
  }

 private:
  void make_operands() {
    underflows_ = 0;
    for (std::size_t i = 0; i < operands_.size(); ++i) {
      operands_[i] = operand_of_[rule_.weights()[i]];
      underflows_ += quantizer_.dequantize(operands_[i], scale_) == 0 ? 1 : 0;
    }
  }

  double rate_;
  int layer_;
  const Parallel& threads_;
  Quantizer quantizer_;
  IntegerMadam rule_;
  int scale_;
  std::vector<Word> operand_of_;  ///< by IntegerMadam's weight
  std::vector<Word> operands_;
  std::vector<float> gradient_;
  std::int64_t underflows_ = 0;
};

}  // namespace

std::unique_ptr<Weights> make_integer_madam_weights(const Design& design,
                                                    const OptimizerParameters& optimizer,
                                                    std::span<const float> initial, int layer,
                                                    const Parallel& threads) {
  return std::make_unique<IntegerMadamWeights>(design, optimizer, initial, layer, threads);
}

}  // namespace napier

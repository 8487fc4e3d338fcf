#include "models/train/training_engine.hpp"

#include "models/base/error.hpp"
#include "models/format/quantizer.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/weight_arrays.hpp"

namespace napier {
namespace {

constexpr double kUnusedBound = 0;  // of Madam, which moves no host tensor

}  // namespace

void TrainingEngine::begin(const StepSettings& settings, bool learning, StepReport& report) {
  settings_ = settings;
  learning_ = learning;
  report_ = &report;
}

nn::HostTensor<float>& TrainingEngine::host_tensor(const std::string& name, std::vector<float> initial) {
  HostOptimizer rule(optimizer_.host, tensor_rule(optimizer_), kUnusedBound, initial);
  std::vector<float> gradient(initial.size());
  tensors_.push_back(
      std::make_unique<Tensor>(Tensor{{name, std::move(initial), std::move(gradient)}, std::move(rule)}));
  return tensors_.back()->tensor;
}

void TrainingEngine::update() {
  for (const auto& t : tensors_) {
    require_size(t->tensor.name + " gradient", t->tensor.gradient.size(), t->tensor.values.size());
    largest_magnitude(t->tensor.gradient, {"gradient of " + t->tensor.name, settings_.step});
  }
  update_matrices();
  const double rate = tensor_rate(optimizer_) * settings_.factor;
  for (const auto& t : tensors_) {
    t->optimizer.step(t->tensor.values, t->tensor.gradient, rate, settings_.step + 1, threads_);
    largest_magnitude(t->tensor.values, {t->tensor.name, settings_.step});
  }
}

std::vector<Array> TrainingEngine::arrays() const {
  std::vector<Array> all;
  append_matrices(all);
  for (const auto& t : tensors_) append_tensor(t->tensor.name, t->tensor.values, all);
  return all;
}

void TrainingEngine::exchange(StateArchive& archive) {
  exchange_matrices(archive);
  for (const auto& t : tensors_) {
    archive.fixed_list(t->tensor.name, t->tensor.values);
    t->optimizer.exchange(archive);
  }
}

void require_size(std::string_view what, std::size_t size, std::size_t wanted) {
  if (size == wanted) return;
  throw InternalError(std::string(what) + " has " + std::to_string(size) + " elements, not " +
                      std::to_string(wanted));
}

}  // namespace napier

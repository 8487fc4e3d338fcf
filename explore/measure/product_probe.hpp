#pragma once
#include <functional>
#include <memory>

#include "models/nn/engine.hpp"

namespace napier::explore {

/// An engine that computes as another does and shows the operands of every product of two tensors,
/// attention's, as the numbers that they were rounded from.
class ProductProbe : public nn::Engine<float> {
 public:
  using Watch = std::function<void(const nn::BatchedProduct& shape, std::span<const float> a,
                                   std::span<const float> b, bool backward)>;

  /// `engine` must outlive the probe; `watch` may be empty, and changed between passes.
  explicit ProductProbe(nn::Engine<float>& engine) : engine_(engine) {}
  void watch(Watch watch) { watch_ = std::move(watch); }

  nn::Site& site(const std::string& name, nn::Role role) override { return engine_.site(name, role); }
  nn::Matrix& matrix(const std::string& name, int rows, int columns,
                     std::span<const float> initial) override {
    return engine_.matrix(name, rows, columns, initial);
  }
  nn::HostTensor<float>& host_tensor(const std::string& name, std::vector<float> initial) override {
    return engine_.host_tensor(name, std::move(initial));
  }
  std::unique_ptr<nn::Operand> operand(nn::Site& site, std::span<const float> x) override {
    auto both = std::make_unique<Both>();
    both->rounded = engine_.operand(site, x);
    if (watch_) both->numbers.assign(x.begin(), x.end());
    return both;
  }
  void forward(const nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
               const nn::HostTensor<float>* bias, std::span<float> y) override {
    engine_.forward(w, shape, rounded(x), bias, y);
  }
  void input_gradient(const nn::Matrix& w, const Convolution& shape, const nn::Operand& dy,
                      std::span<float> dx) override {
    engine_.input_gradient(w, shape, rounded(dy), dx);
  }
  void weight_gradient(nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
                       const nn::Operand& dy) override {
    engine_.weight_gradient(w, shape, rounded(x), rounded(dy));
  }
  void batched(const nn::BatchedProduct& shape, const nn::Operand& a, const nn::Operand& b, bool backward,
               std::span<float> out) override {
    engine_.batched(shape, rounded(a), rounded(b), backward, out);
    if (watch_) watch_(shape, numbers(a), numbers(b), backward);
  }

 private:
  struct Both : nn::Operand {
    std::unique_ptr<nn::Operand> rounded;
    std::vector<float> numbers;
  };
  static const nn::Operand& rounded(const nn::Operand& o) { return *static_cast<const Both&>(o).rounded; }
  static const std::vector<float>& numbers(const nn::Operand& o) {
    return static_cast<const Both&>(o).numbers;
  }

  nn::Engine<float>& engine_;
  Watch watch_;
};

}  // namespace napier::explore

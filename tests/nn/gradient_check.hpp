#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tests/nn/reference_engine.hpp"

namespace napier::nn {

/// Numbers that a loss depends on, and the gradient that is to be checked.
struct Variable {
  std::string name;
  std::span<double> values;
  std::vector<double> gradient;
};

/// All parameters that layers have made in an engine, with the gradients left there.
std::vector<Variable> parameters(ReferenceEngine<double>& engine);

/// A scalar function of the variables, and the sum of the magnitudes that it adds up.
struct LossValue {
  double value = 0;
  double magnitude = 0;
};

/// Compares gradients with central differences in FP64. With u = 2^-53, h = 2^-17 and
/// D(h) = (L(x + h) - L(x - h)) / 2h, the difference errs by
///   truncation  h^2/6 L''' + O(h^4) = (D(2h) - D(h)) / 3 + O(h^4), taken as |D(2h) - D(h)|,
///   rounding    at most R / h, where R bounds the rounding error of one evaluation of L. A sum of n terms
///   errs
///               by at most n u times the sum of their magnitudes, and at most 2^8 roundings lie between a
///               variable and the loss of these tiny networks, so R = 2^8 u (the magnitudes that L adds up);
///               an error on the way reaches the loss with the factor of the weights and deviations it
///               passes, which the tests' numbers, of order 1, keep near 1.
/// Where a kink (ReLU, a maximum) lies within 2h, D(2h) - D(h) is as large as the jump in slope: a tolerance
/// above 1e-6 of the largest gradient is reported as a failure, so that a loose check cannot pass.
class GradientCheck {
 public:
  /// Evaluates all differences; leaves the variables as they were.
  GradientCheck(const std::function<LossValue()>& loss, std::vector<Variable> variables);

  /// Empty, or the first gradient off by more than its tolerance.
  std::string failure() const;
  /// Empty, or the first variable in which a gradient off by 1e-5 of the largest one goes unnoticed.
  std::string blind_spot() const;

 private:
  struct Difference {
    double value, tolerance;
  };
  /// Empty where `gradient` is right for a variable's number.
  std::string mistake(std::size_t variable, std::size_t number, double gradient) const;

  std::vector<Variable> variables_;
  std::vector<std::vector<Difference>> differences_;
  double largest_ = 0;  ///< gradient
};

}  // namespace napier::nn

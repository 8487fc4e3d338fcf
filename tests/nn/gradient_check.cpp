#include "tests/nn/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace napier::nn {

std::vector<Variable> parameters(ReferenceEngine<double>& engine) {
  std::vector<Variable> all;
  for (auto& matrix : engine.matrices) all.push_back({matrix.name, matrix.values, matrix.gradient});
  for (auto& tensor : engine.host_tensors) all.push_back({tensor.name, tensor.values, tensor.gradient});
  return all;
}

GradientCheck::GradientCheck(const std::function<LossValue()>& loss, std::vector<Variable> variables)
    : variables_(std::move(variables)) {
  constexpr double kStep = 0x1p-17;
  constexpr double kRoundings = 0x1p8;
  for (const Variable& variable : variables_) {
    for (const double g : variable.gradient) largest_ = std::max(largest_, std::abs(g));
    auto& differences = differences_.emplace_back();
    for (double& x : variable.values) {
      const double kept = x;
      double magnitude = 0;
      const auto slope = [&](double step) {
        const double above = kept + step;
        const double below = kept - step;
        x = above;
        const LossValue high = loss();
        x = below;
        const LossValue low = loss();
        x = kept;
        magnitude = std::max({magnitude, high.magnitude, low.magnitude});
        return (high.value - low.value) / (above - below);
      };
      const double near = slope(kStep);
      const double far = slope(2 * kStep);
      differences.push_back({near, std::abs(far - near) + kRoundings * 0x1p-53 * magnitude / kStep});
    }
  }
}

std::string GradientCheck::mistake(std::size_t v, std::size_t i, double gradient) const {
  const auto [difference, tolerance] = differences_[v][i];
  const std::string place = variables_[v].name + "[" + std::to_string(i) + "]: ";
  if (!(tolerance <= 1e-6 * largest_)) return place + "tolerance " + std::to_string(tolerance);
  const double error = std::abs(gradient - difference);
  if (error <= tolerance) return "";
  return place + "gradient " + std::to_string(gradient) + ", difference " + std::to_string(difference) +
         ", off by " + std::to_string(error / tolerance) + " tolerances";
}

std::string GradientCheck::failure() const {
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    const std::vector<double>& gradient = variables_[v].gradient;
    if (gradient.size() != differences_[v].size()) return variables_[v].name + ": a gradient of another size";
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      if (const std::string found = mistake(v, i, gradient[i]); !found.empty()) return found;
    }
  }
  return "";
}

std::string GradientCheck::blind_spot() const {
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    const std::vector<double>& gradient = variables_[v].gradient;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      if (mistake(v, i, gradient[i] + 1e-5 * largest_).empty()) {
        return variables_[v].name + "[" + std::to_string(i) + "]";
      }
    }
  }
  return "";
}

}  // namespace napier::nn

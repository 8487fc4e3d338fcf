#include "tests/nn/gradient_check.hpp"

#include <algorithm>
#include <cmath>

namespace napier::nn {

std::vector<Variable> parameters(ReferenceEngine<double>& engine) {
  std::vector<Variable> all;
  for (auto& matrix : engine.matrices) all.push_back({matrix.name, matrix.values, matrix.gradient});
  for (auto& tensor : engine.host_tensors) all.push_back({tensor.name, tensor.values, tensor.gradient});
  return all;
}

GradientCheck::GradientCheck(std::function<LossValue()> loss, std::vector<Variable> variables)
    : variables_(std::move(variables)) {
  constexpr double kStep = 0x1p-17;
  constexpr double kRoundings = 0x1p8;
  for (const Variable& variable : variables_) {
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

double GradientCheck::largest() const {
  double most = 0;
  for (const Variable& variable : variables_) {
    for (const double g : variable.gradient) most = std::max(most, std::abs(g));
  }
  return most;
}

std::string GradientCheck::failure() const {
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    for (std::size_t i = 0; i < differences_[v].size(); ++i) {
      const auto [difference, tolerance] = differences_[v][i];
      const double gradient = variables_[v].gradient.at(i);
      const std::string place = variables_[v].name + "[" + std::to_string(i) + "]: ";
      if (!(tolerance <= 1e-6 * largest())) return place + "tolerance " + std::to_string(tolerance);
      if (!(std::abs(gradient - difference) <= tolerance)) {
        return place + "gradient " + std::to_string(gradient) + ", difference " + std::to_string(difference) +
               ", off by " + std::to_string(std::abs(gradient - difference) / tolerance) + " tolerances";
      }
    }
  }
  return "";
}

std::string GradientCheck::blind_spot() const {
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    for (std::size_t i = 0; i < differences_[v].size(); ++i) {
      GradientCheck altered = *this;
      altered.variables_[v].gradient[i] += 1e-5 * largest();
      if (altered.failure().empty()) return variables_[v].name + "[" + std::to_string(i) + "]";
    }
  }
  return "";
}

}  // namespace napier::nn

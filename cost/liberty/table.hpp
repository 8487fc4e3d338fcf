#pragma once
#include <vector>

namespace napier::cost::liberty {

/// A look-up table over input slew and output load, bilinear between its points and linear beyond its edges,
/// as timing tools read it. An axis that a table has not leaves its value constant.
struct Table {
  enum class Axis { kSlew, kLoad };
  std::vector<Axis> axes;                   ///< 0, 1 or 2, outermost first
  std::vector<std::vector<double>> points;  ///< ascending, one list an axis
  std::vector<double> values;               ///< row-major

  bool empty() const { return values.empty(); }
  /// slew and load in the library's own units; so is the result.
  double operator()(double slew, double load) const;
};

}  // namespace napier::cost::liberty

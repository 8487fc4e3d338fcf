#include "explore/pareto.hpp"

#include <cmath>

#include "models/base/error.hpp"

namespace napier::explore {
namespace {

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool cheaper = false;
  for (std::size_t axis = 0; axis < a.size(); ++axis) {
    if (a[axis] > b[axis]) return false;
    cheaper = cheaper || a[axis] < b[axis];
  }
  return cheaper;
}

}  // namespace

std::vector<bool> pareto_front(const std::vector<std::vector<double>>& points) {
  for (const std::vector<double>& point : points) {
    if (point.size() != points.front().size()) throw InternalError("points of a front differ in their axes");
    for (const double cost : point) {
      if (std::isnan(cost)) throw InternalError("a point of a front has no number on an axis");
    }
  }
  std::vector<bool> front(points.size(), true);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = 0; j < points.size() && front[i]; ++j) {
      if (dominates(points[j], points[i])) front[i] = false;
    }
  }
  return front;
}

}  // namespace napier::explore

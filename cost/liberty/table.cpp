#include "cost/liberty/table.hpp"

#include <algorithm>
#include <cstddef>

namespace napier::cost::liberty {
namespace {

/// The interval of `points` that x lies in, or the outermost one, and x's place in it (0..1 inside).
struct Place {
  std::size_t low = 0;
  double fraction = 0;
};

Place locate(const std::vector<double>& points, double x) {
  if (points.size() < 2) return {};
  const auto above = std::upper_bound(points.begin() + 1, points.end() - 1, x);
  const auto low = static_cast<std::size_t>(above - points.begin() - 1);
  return {low, (x - points[low]) / (points[low + 1] - points[low])};
}

}  // namespace

double Table::operator()(double slew, double load) const {
  const auto coordinate = [&](std::size_t axis) { return axes[axis] == Axis::kSlew ? slew : load; };
  if (axes.empty()) return values[0];
  const auto along_last = [&](std::size_t row) {
    const std::size_t last = axes.size() - 1;
    const Place p = locate(points[last], coordinate(last));
    const double* v = values.data() + row * points[last].size() + p.low;
    return points[last].size() < 2 ? v[0] : v[0] + p.fraction * (v[1] - v[0]);
  };
  if (axes.size() == 1) return along_last(0);
  const Place p = locate(points[0], coordinate(0));
  const double low = along_last(p.low);
  return points[0].size() < 2 ? low : low + p.fraction * (along_last(p.low + 1) - low);
}

}  // namespace napier::cost::liberty

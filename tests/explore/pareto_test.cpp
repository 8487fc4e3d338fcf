#include "explore/pareto.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "models/base/error.hpp"

namespace napier::explore {
namespace {

using testing::ElementsAre;
using Points = std::vector<std::vector<double>>;

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool less = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    less = less || a[i] < b[i];
  }
  return less;
}

/// Few distinct values, so that ties and equal points are common.
Points random_points(std::mt19937& random) {
  Points points(random() % 12, std::vector<double>(3));
  for (auto& point : points) {
    for (double& cost : point) cost = static_cast<double>(random() % 5);
  }
  return points;
}

TEST(Pareto, KnownFront) {
  EXPECT_THAT(pareto_front({{1, 4}, {2, 2}, {4, 1}, {3, 3}, {2, 2}}),
              ElementsAre(true, true, true, false, true));
}

TEST(Pareto, NoPointsNoFront) { EXPECT_TRUE(pareto_front({}).empty()); }

TEST(Pareto, FrontIsUndominatedAndEveryOtherPointIsDominatedByTheFront) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const Points points = random_points(random);
    const auto front = pareto_front(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      bool dominated = false;
      for (std::size_t j = 0; j < points.size(); ++j) {
        dominated = dominated || (front[j] && dominates(points[j], points[i]));
      }
      EXPECT_EQ(front[i], !dominated);
    }
  }
}

TEST(Pareto, OrderOfThePointsDoesNotMatter) {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    const Points points = random_points(random);
    const Points reversed(points.rbegin(), points.rend());
    auto front = pareto_front(reversed);
    std::reverse(front.begin(), front.end());
    EXPECT_EQ(front, pareto_front(points));
  }
}

TEST(Pareto, MonotoneChangeOfAnAxisChangesNothing) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const Points points = random_points(random);
    Points stretched = points;
    for (auto& point : stretched) point[1] = std::exp(point[1]);
    EXPECT_EQ(pareto_front(stretched), pareto_front(points));
  }
}

TEST(Pareto, MissingNumbersAreRefused) {
  EXPECT_THROW(pareto_front({{1, std::nan("")}}), InternalError);
  EXPECT_THROW(pareto_front({{1, 2}, {1}}), InternalError);
}

}  // namespace
}  // namespace napier::explore

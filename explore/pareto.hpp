#pragma once
#include <vector>

namespace napier::explore {

/// Marks the points that no other point dominates. A point holds one cost an axis, all axes to be minimised
/// (negate what is to be maximised). A point dominates another where it is at most as costly on every axis
/// and cheaper on at least one; equal points do not dominate each other. InternalError where the points
/// differ in their number of axes or hold a NaN.
std::vector<bool> pareto_front(const std::vector<std::vector<double>>& points);

}  // namespace napier::explore

#pragma once
#include <string>

namespace napier {

/// One measurement of `napier bench`. Where it compares, `against` names what was measured in the same run
/// and `ratio` is value divided by that measurement's value.
struct BenchRow {
  std::string name;
  double value = 0.0;
  std::string unit;
  std::string against;  ///< empty where the row stands alone
  double ratio = 0.0;
};

}  // namespace napier

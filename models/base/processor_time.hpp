#pragma once
#include <ctime>

namespace napier {

/// Processor time of this process so far, all threads together. Rates over it hold on a machine that is
/// shared.
inline double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace napier

#pragma once
#include <cstdint>

#include "models/trace/trace.hpp"

namespace napier::explore::ladder {

/// A random trace of `layers` matrix products (and updates) that fill, overfill and underfill the tiles of
/// the design and turn its buffers round. The same seed gives the same trace.
Trace small_trace(const Design& design, int layers, std::uint64_t seed);

}  // namespace napier::explore::ladder

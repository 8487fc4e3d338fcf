#pragma once
#include <cstdint>
#include <functional>

#include "models/design/design.hpp"

namespace napier::explore::ladder {

/// A legal design drawn from the whole space that the generator takes: every format, style, width, rounding,
/// overflow, table size, option and pipeline. Sizes (lanes, vector, entries, buffers) are small, so that a
/// tool needs seconds for it. The same seed and index give the same design.
Design random_design(std::uint64_t seed, std::uint64_t index);

/// A design near `design`, as near to the plainest one as `still_fails` allows: each key in turn is set to
/// its plainest value, as long as any of them keeps the failure. Calls still_fails with legal designs only.
Design shrink(Design design, const std::function<bool(const Design&)>& still_fails);

}  // namespace napier::explore::ladder

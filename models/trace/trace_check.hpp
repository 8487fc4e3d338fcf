#pragma once
#include <cstddef>

#include "models/trace/trace.hpp"

namespace napier {

/// Throws InputError, naming the first key that differs and both values, where the trace was made with
/// another design.
void check_trace_design(const Trace& trace, const Design& design);

/// An array of expected bits.
enum class GoldenField { kAcc, kOut, kWeightAfter, kVAfter };

/// The trace with one expected bit inverted, as a well-formed trace of its own: whatever checks hardware
/// against it must fail. `record` counts in gemms (acc, out) or updates. Throws InputError where there is no
/// such bit.
Trace with_flipped_bit(Trace trace, GoldenField field, std::size_t record, std::size_t element, int bit);

}  // namespace napier

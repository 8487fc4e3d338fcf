#pragma once
#include <vector>

#include "models/interop/array.hpp"
#include "models/trace/trace.hpp"

namespace napier {

/// A trace as plain arrays. Under gemm/RECORD/ and update/RECORD/, each record named as in the trace file,
/// stand its settings and arrays (docs/formats/trace.md) and, made from them:
///   a_value, b_value     operands as real numbers, float32
///   accumulator_unit     the real number that one accumulator LSB stands for
/// and at the top `design`, the design as YAML.
std::vector<Array> trace_arrays(const Trace& trace);

}  // namespace napier

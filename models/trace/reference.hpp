#pragma once
#include <cstdint>
#include <span>

#include "models/trace/trace.hpp"

/// The exact datapath as one plain scalar loop over the unit functions: the yardstick that fast kernels,
/// SystemC and RTL are held against.
namespace napier {

/// Fills acc, out and saturations from the operands. a, b, bias and mask must have the sizes m, n, k say.
void compute_expected(const Design& design, GemmRecord& record);

/// Fills `after` from `before`, `gradient` and the settings.
void compute_expected(const Design& design, UpdateRecord& record);

/// Size of one matrix product.
struct Shape {
  int m, n, k;
};

/// A small trace with one matrix product a shape, and one update a shape where the design has a Madam unit.
/// Operands mix zeros, extremes and random words; the records take turns in having relu, mask, bias and raw
/// outputs, and in their pass and layer; some outputs underflow, are clamped and saturate. In a format
/// without zero, k is rounded up to whole vectors. The same seed gives the same trace on every machine.
Trace random_trace(const Design& design, std::span<const Shape> shapes, std::uint64_t seed);

}  // namespace napier

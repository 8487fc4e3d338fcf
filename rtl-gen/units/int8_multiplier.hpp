#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// Whether a lane of integers sums the partial products of all pairs in one tree: where no register stands
/// between the multipliers and the adder tree.
bool has_dot_product(const Design& design);

/// napier_int8_multiplier: the exact product of two operands. Combinational.
EmittedFile emit_int8_multiplier(const Design& design);

/// napier_int8_dot_product: multipliers and adder tree in one. Combinational; only where has_dot_product().
EmittedFile emit_int8_dot_product(const Design& design);

}  // namespace napier::rtl

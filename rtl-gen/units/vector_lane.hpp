#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_vector_lane: one lane, from operands to the exact sum of their products.
EmittedFile emit_vector_lane(const Design& design);

/// napier_vector_lanes: all lanes and the tags that travel beside their sums.
EmittedFile emit_vector_lanes(const Design& design);

}  // namespace napier::rtl

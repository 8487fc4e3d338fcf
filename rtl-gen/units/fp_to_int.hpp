#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_fp_to_int: the product of an FP8 design to the magnitude of its integer term. Combinational.
EmittedFile emit_fp_to_int(const Design& design);

}  // namespace napier::rtl

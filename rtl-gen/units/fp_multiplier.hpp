#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_fp_multiplier: the exact product of two numbers of an FP8 design. Combinational.
EmittedFile emit_fp_multiplier(const Design& design);

}  // namespace napier::rtl

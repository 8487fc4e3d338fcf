#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_rounding_noise: RoundingNoise (models/base/simon.hpp), combinational.
EmittedFile emit_rounding_noise(const Design& design);

/// napier_rounding_keys: its key schedule, combinational.
EmittedFile emit_rounding_keys(const Design& design);

}  // namespace napier::rtl

#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_lns_multiplier: adds exponent codes, XORs signs. Combinational.
EmittedFile emit_lns_multiplier(const Design& design);

}  // namespace napier::rtl

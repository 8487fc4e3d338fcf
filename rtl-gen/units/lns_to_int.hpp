#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_lns_to_int: one product to its integer term and bin. Combinational.
EmittedFile emit_lns_to_int(const Design& design);

}  // namespace napier::rtl

#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_constant_scaler: joins the bins by their constants. Combinational; only where widths::has_scaler.
EmittedFile emit_constant_scaler(const Design& design);

}  // namespace napier::rtl

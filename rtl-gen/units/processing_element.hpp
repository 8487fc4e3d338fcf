#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_processing_element: the top module, all units joined.
EmittedFile emit_processing_element(const Design& design);

}  // namespace napier::rtl

#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_gather: from the elements to bank out. docs/units/gather.md.
EmittedFile emit_gather(const Design& design);

}  // namespace napier::rtl

#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_carry_save: three addends to two. Combinational; what all compressor trees are made of.
EmittedFile emit_carry_save(const Design& design);

}  // namespace napier::rtl

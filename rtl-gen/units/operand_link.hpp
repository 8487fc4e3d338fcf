#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_operand_link: from a bank to the elements. docs/units/operand_link.md.
EmittedFile emit_operand_link(const Design& design);

}  // namespace napier::rtl

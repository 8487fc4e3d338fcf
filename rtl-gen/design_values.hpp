#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/text/template.hpp"

namespace napier::rtl {

/// What every template may use: the widths of models/design/widths.hpp, the sizes of the design and which
/// variants it has. Tables and pipeline registers are added by each unit's emitter.
Values design_values(const Design& design);

}  // namespace napier::rtl

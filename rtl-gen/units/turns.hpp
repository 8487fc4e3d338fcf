#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_turns: whose turn it is when words are dealt to elements.
EmittedFile emit_turns(const Design& design);

}  // namespace napier::rtl

#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_queue: the small first-in first-out queue that other units instantiate.
EmittedFile emit_queue(const Design& design);

}  // namespace napier::rtl

#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_global_buffer: one bank of the global buffer and the engine that reads it.
/// docs/units/global_buffer.md.
EmittedFile emit_global_buffer(const Design& design);

}  // namespace napier::rtl

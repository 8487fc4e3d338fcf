#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_accelerator: the array of elements, global buffer, links and DMA engine. docs/units/accelerator.md.
EmittedFile emit_accelerator(const Design& design);

}  // namespace napier::rtl

#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_dma: between external memory and global buffer. docs/units/dma.md.
EmittedFile emit_dma(const Design& design);

}  // namespace napier::rtl

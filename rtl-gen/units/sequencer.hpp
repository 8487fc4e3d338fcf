#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_sequencer: walks the jobs, issues operands, paces collector and post-processor.
EmittedFile emit_sequencer(const Design& design);

}  // namespace napier::rtl

#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_operand_buffer_a: a bank a lane; a tile is read again for every n tile of the job.
EmittedFile emit_operand_buffer_a(const Design& design);

/// napier_operand_buffer_b: a queue of vectors.
EmittedFile emit_operand_buffer_b(const Design& design);

}  // namespace napier::rtl

#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_post_processor_lane: one accumulator to an operand word.
EmittedFile emit_post_processor_lane(const Design& design);

/// napier_post_processor: its lanes, the masks and the output queue.
EmittedFile emit_post_processor(const Design& design);

}  // namespace napier::rtl

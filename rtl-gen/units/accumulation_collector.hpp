#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_accumulation_collector_lane: the partial sums of one lane.
EmittedFile emit_accumulation_collector_lane(const Design& design);

/// napier_accumulation_collector: all lanes, and the drain to the post-processor.
EmittedFile emit_accumulation_collector(const Design& design);

}  // namespace napier::rtl

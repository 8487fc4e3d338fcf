#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_madam_update_lane: the update of one weight.
EmittedFile emit_madam_update_lane(const Design& design);

/// napier_madam_update: its lanes, the job and the output queue. Only where the design has a Madam unit.
EmittedFile emit_madam_update(const Design& design);

}  // namespace napier::rtl

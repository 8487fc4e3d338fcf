#include "rtl-gen/units/sequencer.hpp"

#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_sequencer(const Design& design) {
  return emit_module(design, "sequencer", embedded::sequencer_sv, design_values(design));
}

}  // namespace napier::rtl

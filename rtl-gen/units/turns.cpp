#include "rtl-gen/units/turns.hpp"

#include "rtl-gen/accelerator_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_turns(const Design& design) {
  return emit_module(design, "turns", embedded::turns_sv, accelerator_values(design));
}

}  // namespace napier::rtl

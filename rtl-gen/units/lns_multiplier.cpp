#include "rtl-gen/units/lns_multiplier.hpp"

#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_lns_multiplier(const Design& design) {
  return emit_module(design, "lns_multiplier", embedded::lns_multiplier_sv, design_values(design));
}

}  // namespace napier::rtl

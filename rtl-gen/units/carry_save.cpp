#include "rtl-gen/units/carry_save.hpp"

#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_carry_save(const Design& design) {
  return emit_module(design, "carry_save", embedded::carry_save_sv, {});
}

}  // namespace napier::rtl

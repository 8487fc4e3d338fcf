#include "rtl-gen/units/operand_link.hpp"

#include "rtl-gen/accelerator_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_operand_link(const Design& design) {
  return emit_module(design, "operand_link", embedded::operand_link_sv, accelerator_values(design));
}

}  // namespace napier::rtl

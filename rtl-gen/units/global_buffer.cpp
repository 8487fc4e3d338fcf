#include "rtl-gen/units/global_buffer.hpp"

#include "rtl-gen/accelerator_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_global_buffer(const Design& design) {
  return emit_module(design, "global_buffer", embedded::global_buffer_sv, accelerator_values(design));
}

}  // namespace napier::rtl

#include "rtl-gen/units/gather.hpp"

#include "rtl-gen/accelerator_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_gather(const Design& design) {
  return emit_module(design, "gather", embedded::gather_sv, accelerator_values(design));
}

}  // namespace napier::rtl

#include "rtl-gen/units/dma.hpp"

#include "rtl-gen/accelerator_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_dma(const Design& design) {
  return emit_module(design, "dma", embedded::dma_sv, accelerator_values(design));
}

}  // namespace napier::rtl

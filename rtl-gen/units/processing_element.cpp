#include "rtl-gen/units/processing_element.hpp"

#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_processing_element(const Design& design) {
  return emit_module(design, "processing_element", embedded::processing_element_sv, design_values(design));
}

}  // namespace napier::rtl

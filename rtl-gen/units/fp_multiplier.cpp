#include "rtl-gen/units/fp_multiplier.hpp"

#include "models/design/design_file.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_fp_multiplier(const Design& design) {
  Values v = design_values(design);
  v["format_name"] = format_name(design.format.kind);
  return emit_module(design, "fp_multiplier", embedded::fp_multiplier_sv, v);
}

}  // namespace napier::rtl

#include "rtl-gen/units/fp_to_int.hpp"

#include "models/units/fp_to_int.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_fp_to_int(const Design& design) {
  const bool half_up = design.datapath.term_rounding == TermRounding::kHalfUp;
  Values v = design_values(design);
  v["half_up"] = half_up ? "1" : "0";
  v["rounding_text"] = half_up ? "half a unit rounded up" : "the rest dropped";
  v["term_fraction"] = std::to_string(design.datapath.term_bits);
  // The unit shifts by the whole exponent, FpToInt by what it exceeds its lowest value, 2.
  v["term_shift"] = std::to_string(FpToInt(design).shift() + 2);
  return emit_module(design, "fp_to_int", embedded::fp_to_int_sv, v);
}

}  // namespace napier::rtl

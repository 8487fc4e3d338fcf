#include "rtl-gen/units/operand_buffer.hpp"

#include "models/design/widths.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {

namespace {

EmittedFile emit_buffer(const Design& design, const std::string& name, bool replay, int banks, int depth) {
  Values v = design_values(design);
  v["buffer_name"] = name;
  const std::string operands = v["vector"] + " operands of " + v["operand_bits"] + " bits";
  const bool scaled = replay && widths::has_vector_scales(design);
  v["word_width"] = v[replay ? "stationary_width" : "vector_width"];
  v["word_meaning"] = operands + (scaled ? " and a scale" : "");
  v["replay"] = replay ? "1" : "0";
  v["banks"] = std::to_string(banks);
  v["depth"] = std::to_string(depth);
  v["row_width"] = std::to_string(index_bits(depth));
  v["count_width"] = std::to_string(index_bits(depth + 1));
  v["bank_width"] = std::to_string(index_bits(banks));
  return emit_module(design, "operand_buffer_" + name, embedded::operand_buffer_sv, v);
}

}  // namespace

EmittedFile emit_operand_buffer_a(const Design& design) {
  return emit_buffer(design, "a", true, design.datapath.lanes, design.buffers.a_rows);
}

EmittedFile emit_operand_buffer_b(const Design& design) {
  return emit_buffer(design, "b", false, 1, design.buffers.b_words);
}

}  // namespace napier::rtl

#include "rtl-gen/text/registers.hpp"

namespace napier::rtl {
namespace {

std::string stage_name(const Piped& value, int stage, int count) {
  return stage == count ? value.output : value.input + "_stage" + std::to_string(stage);
}

}  // namespace

std::string pipeline_registers(const std::string& comment, const std::vector<Piped>& values, int count,
                               int first_enable) {
  std::string text;
  if (count == 0) {
    for (const Piped& v : values) text += "assign " + v.output + " = " + v.input + ";\n";
    return text;
  }
  text += "// Register: " + comment + ".\n";
  for (int stage = 1; stage < count; ++stage) {
    for (const Piped& v : values) {
      text += "logic [" + v.width + "-1:0] " + stage_name(v, stage, count) + ";\n";
    }
  }
  text += "always_ff @(posedge clk_i) begin\n";
  for (int stage = 1; stage <= count; ++stage) {
    text += "  if (stage_en_i[" + std::to_string(first_enable + stage - 1) + "]) begin\n";
    for (const Piped& v : values) {
      const std::string from = stage == 1 ? v.input : stage_name(v, stage - 1, count);
      text += "    " + stage_name(v, stage, count) + " <= " + from + ";\n";
    }
    text += "  end\n";
  }
  return text + "end\n";
}

}  // namespace napier::rtl

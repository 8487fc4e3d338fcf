#include "rtl-gen/units/accelerator.hpp"

#include <algorithm>

#include "rtl-gen/accelerator_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {
namespace {

/// A bank with its link.
std::string bank_text(const Design& design, Bank bank) {
  Values v;
  v["bank"] = bank_name(bank);
  v["number"] = std::to_string(static_cast<int>(bank));
  v["width"] = std::to_string(bank_bits(design, bank));
  v["rows"] = std::to_string(bank_rows(design, bank));
  v["row_width"] = std::to_string(bank_row_bits(design, bank));
  return expand(embedded::accelerator_bank_sv, v);
}

/// One wire that takes the bits of descriptors that nobody reads: those above a row, a kind, the flag and the
/// elements.
std::string unused_bits(const Design& design) {
  std::string text;
  int widest_row = 0;
  for (const Bank bank : {Bank::kA, Bank::kB, Bank::kSide, Bank::kOut}) {
    const std::string job = std::string(bank_name(bank)) + "_job_i";
    const int row = bank_row_bits(design, bank);
    const bool dealt = bank != Bank::kOut;  // the gather always deals
    std::string parts = job + "[31:" + std::to_string(row) + "], " + job + "[103:100], " + job +
                        (dealt ? "[111:105]" : "[111:104]");
    int bits = 32 - row + 4 + (dealt ? 7 : 8);
    if (design.array.elements < 64) {
      parts += ", " + job + "[207:" + std::to_string(144 + design.array.elements) + "]";
      bits += 64 - design.array.elements;
    }
    const std::string wire = "unused_" + std::string(bank_name(bank)) + "_job";
    text += "logic [" + std::to_string(bits - 1) + ":0] " + wire + ";\n";
    text += "assign " + wire + " = {" + parts + "};\n";
    if (dealt) widest_row = std::max(widest_row, row);
  }
  const int bits = 32 - widest_row;
  text += "logic [" + std::to_string(bits - 1) + ":0] unused_fill_row;\n";
  text += "assign unused_fill_row = fill_row[31:" + std::to_string(widest_row) + "];\n";
  // Banks a and b hold one kind each.
  text += "logic [2*KindWidth-1:0] unused_kinds;\nassign unused_kinds = {a_kind, b_kind};\n";
  return text;
}

}  // namespace

EmittedFile emit_accelerator(const Design& design) {
  Values v = accelerator_values(design);
  v["banks"] = bank_text(design, Bank::kA) + bank_text(design, Bank::kB) + bank_text(design, Bank::kSide);
  v["unused"] = unused_bits(design);
  return emit_module(design, "accelerator", embedded::accelerator_sv, v);
}

}  // namespace napier::rtl

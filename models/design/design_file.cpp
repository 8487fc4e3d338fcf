#include "models/design/design_file.hpp"

#include "models/base/digest.hpp"
#include "models/base/error.hpp"

namespace napier {

Design read_design(const std::filesystem::path& file) {
  config::Document document;
  const Design design = design_schema().read(file, document);
  check_design(design, document);
  return design;
}

Design parse_design(std::string_view text, const std::string& source) {
  config::Document document{source, {}};
  const Design design = design_schema().parse(text, document);
  check_design(design, document);
  return design;
}

bool has_hardware(FormatKind kind) {
  return kind == FormatKind::kLns || kind == FormatKind::kInt8 || kind == FormatKind::kFp8E4m3 ||
         kind == FormatKind::kFp8E5m2;
}

std::string format_name(FormatKind kind) {
  Design design;
  design.format.kind = kind;
  return config::find(design_schema().root, "format.kind")->load(&design.format).text;
}

void require_hardware(const Design& design) {
  if (has_hardware(design.format.kind)) return;
  throw InputError(
      "design '" + design.name + "' has format.kind " + format_name(design.format.kind) +
      ", a training baseline without hardware; choose a design with format.kind lns, int8, fp8_e4m3 or "
      "fp8_e5m2");
}

void require_bare_element(const Design& design, const std::string& doing) {
  if (design.array.elements == 0) return;
  throw InputError("design '" + design.name + "' is an accelerator of " +
                   std::to_string(design.array.elements) + " elements, and " + doing +
                   " takes bare processing elements; remove the groups array and memory");
}

std::string resolved_yaml(const Design& design) { return design_schema().write(design); }

std::string design_digest(const Design& design) { return sha256(resolved_yaml(design)); }

}  // namespace napier

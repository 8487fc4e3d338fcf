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

void require_hardware(const Design& design) {
  if (design.format.kind != FormatKind::kFp32) return;
  throw InputError("design '" + design.name +
                   "' has format.kind fp32, a training baseline without a datapath; choose a design with "
                   "format.kind lns or int8");
}

std::string resolved_yaml(const Design& design) { return design_schema().write(design); }

std::string design_digest(const Design& design) { return sha256(resolved_yaml(design)); }

}  // namespace napier

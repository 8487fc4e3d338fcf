// Each key of a mapping file, declared once.
#include "models/mapping/mapping.hpp"

namespace napier {
namespace {

using config::Group;

void declare(Group<MappingFile>& g) {
  Group<GivenMapping> m = g.records("mappings", &MappingFile::mappings, {0, 1000000},
                                    "One product of a layer's pass each; others are chosen by search");
  m.text("layer", &GivenMapping::layer, "Name of the layer in the workload").required = true;
  m.choice<TrainingPass>("pass", &GivenMapping::pass,
                         {{TrainingPass::kForward, "forward", "outputs from inputs"},
                          {TrainingPass::kInputGradient, "input_gradient", "gradient of the inputs"},
                          {TrainingPass::kWeightGradient, "weight_gradient", "gradient of the weights"}},
                         "Pass of the layer");
  m.text("part", &GivenMapping::part, "Which of the pass's products: 'da', 'phase 0 1'; empty where one");
  Group<ProductMapping> p = m.group("mapping", &GivenMapping::mapping, "How the product runs");
  p.choice<Stationary>("stationary", &ProductMapping::stationary,
                       {{Stationary::kA, "a", "the m x k operand stays in the lanes"},
                        {Stationary::kB, "b", "the n x k operand does; the result leaves transposed"}},
                       "Operand that stays in the lanes");
  p.integer("k_tiles", &ProductMapping::k_tiles, {1, 65535}, "vectors",
            "Vectors of K that a job takes, at most buffers.a_rows; the host adds the sums of several jobs");
}

}  // namespace

const config::Schema<MappingFile>& mapping_schema() {
  static const config::Schema<MappingFile> schema("mapping", "How a workload's products run on a design",
                                                  declare);
  return schema;
}

MappingFile read_mapping(const std::filesystem::path& file) {
  config::Document document;
  return mapping_schema().read(file, document);
}

std::string mapping_yaml(const MappingFile& file) { return mapping_schema().write(file); }

}  // namespace napier

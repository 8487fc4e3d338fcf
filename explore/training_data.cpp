#include "explore/training_data.hpp"

#include "models/base/error.hpp"
#include "models/data/dataset.hpp"

namespace napier::explore {
namespace fs = std::filesystem;

std::vector<fs::path> training_data(const Experiment& experiment, const std::string& folder_place,
                                    const std::string& text_place) {
  if (experiment.network.kind == NetworkKind::kTransformer) {
    const fs::path& text = experiment.dataset.text;
    if (text.empty()) return {};
    if (fs::is_regular_file(text)) return {text};
    throw InputError(text_place + " names '" + text.string() + "', which is no file");
  }
  std::vector<fs::path> files;
  for (const fs::path& file : dataset_files(experiment.dataset.folder)) {
    require_dataset_file(file, folder_place);
    files.push_back(file);
  }
  return files;
}

}  // namespace napier::explore

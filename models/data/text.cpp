#include "models/data/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"
#include "models/base/temporary_folder.hpp"

namespace napier {
namespace fs = std::filesystem;
namespace {

constexpr int kBytes = 256;
constexpr std::ptrdiff_t kVerses = 31102;

/// Without each line's first word, the verse's reference.
std::string without_references(std::string_view lines) {
  std::string text;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size() - 1);
    const std::size_t space = std::min(lines.find(' ', at), end);
    text += lines.substr(space + 1, end - space);
    at = end + 1;
  }
  return text;
}

Samples cut(std::string_view text, int sequence, int wanted, const char* count_key, const std::string& name) {
  const auto length = static_cast<std::size_t>(sequence);
  const int whole = text.empty() ? 0 : static_cast<int>((text.size() - 1) / length);
  if (whole == 0 || wanted > whole) {
    throw InputError(std::string(count_key) + " asks for " + (wanted == 0 ? "all" : std::to_string(wanted)) +
                     " sequences of " + std::to_string(sequence) + " bytes, but that part of " + name +
                     " holds " + std::to_string(whole) + "; lower it, or give a longer text");
  }
  Samples samples;
  samples.count = wanted == 0 ? whole : wanted;
  samples.features = samples.predictions = sequence;
  const std::size_t used = static_cast<std::size_t>(samples.count) * length;
  samples.inputs.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(used));
  samples.labels.assign(text.begin() + 1, text.begin() + 1 + static_cast<std::ptrdiff_t>(used));
  return samples;
}

}  // namespace

std::string king_james_bible() {
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "text";
  run_tool({"bible", "-f", "Gen1:1-Rev22:21"}, folder.path(), output);
  const std::string lines = read_file(output);
  const std::ptrdiff_t verses = std::count(lines.begin(), lines.end(), '\n');
  if (verses != kVerses || !lines.starts_with("Ge1:1 ")) {
    throw ToolError("'bible -f Gen1:1-Rev22:21' printed " + std::to_string(verses) + " lines instead of " +
                    std::to_string(kVerses) +
                    " verses; install it anew with: apt-get install --reinstall bible-kjv bible-kjv-text");
  }
  return without_references(lines);
}

Dataset load_text(const fs::path& file, int sequence, int train_samples, int test_samples) {
  const std::string text = file.empty() ? king_james_bible() : read_file(file);
  const std::string name = file.empty() ? "the King James Bible" : "'" + file.string() + "'";
  const std::size_t trained = text.size() / 10 * 9;
  Dataset data;
  data.classes = kBytes;
  data.width = sequence;
  data.train =
      cut(std::string_view(text).substr(0, trained), sequence, train_samples, "dataset.train_samples", name);
  data.test =
      cut(std::string_view(text).substr(trained), sequence, test_samples, "dataset.test_samples", name);
  return data;
}

}  // namespace napier

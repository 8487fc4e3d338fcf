#include "explore/manifest.hpp"

#include <nlohmann/json.hpp>

#include "explore/json_file.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
namespace {

const char* const kFile = "sweep.json";

/// A command as a user types it: "napier" for the program's path, $OUT for the output folder.
std::string as_typed(const Stage& stage, const fs::path& folder) {
  std::string line = "napier";
  for (std::size_t i = 1; i < stage.arguments.size(); ++i) {
    std::string argument = stage.arguments[i];
    if (argument.starts_with(folder.string() + "/")) argument.replace(0, folder.string().size(), "$OUT");
    line += " " + argument;
  }
  return line;
}

Manifest::DesignEntry entry(const Point& point, const Plan& plan, const fs::path& folder) {
  Manifest::DesignEntry entry{point.design.name, describe(point.design), {}};
  for (const Stage& stage : plan.stages) entry.stages.push_back({stage.name, as_typed(stage, folder)});
  return entry;
}

Json to_json(const Manifest::DesignEntry& entry) {
  Json stages = Json::array();
  for (const auto& stage : entry.stages) stages.push_back({{"name", stage.name}, {"command", stage.command}});
  return {{"name", entry.name}, {"summary", entry.summary}, {"stages", stages}};
}

Manifest::DesignEntry from_json(const JsonFile& json) {
  Manifest::DesignEntry entry{json.text("name"), json.text("summary"), {}};
  for (const JsonFile& stage : json.list("stages")) {
    entry.stages.push_back({stage.text("name"), stage.text("command")});
  }
  return entry;
}

}  // namespace

std::string describe(const Design& design) {
  const Format& format = design.format;
  const Datapath& datapath = design.datapath;
  const auto text = [](int n) { return std::to_string(n); };
  if (!has_hardware(format.kind)) return format_name(format.kind) + ", for training only";
  std::string words;
  if (format.kind == FormatKind::kInt8) {
    words = "INT8";
  } else if (widths::is_fp8(design)) {
    words = std::string("FP8 ") + (format.kind == FormatKind::kFp8E4m3 ? "E4M3" : "E5M2") + ", " +
            text(datapath.term_bits) + " term bits";
  } else {
    words = "LNS " + text(format.bits) + " bits, gamma " + text(1 << format.gamma_log2) + ", ";
    switch (datapath.style) {
      case ConversionStyle::kPerElement:
        words += "a constant for each product";
        break;
      case ConversionStyle::kBinned:
        words += text(widths::bins(design)) + " bins";
        break;
      case ConversionStyle::kSplitSign:
        words += text(widths::bins(design)) + " bins for each sign";
        break;
    }
    words += ", " + text(datapath.term_bits) + " term bits";
  }
  words += ", " + text(datapath.accumulator_bits) + "-bit accumulators, " + text(datapath.lanes) +
           " lanes x " + text(datapath.vector);
  const Update& update = design.update;
  return words + (update.kind == UpdateKind::kMadam
                      ? "; Madam update of " + text(update.bits) + "-bit weights"
                      : "; weights updated in FP32 by the host, not costed");
}

Manifest make_manifest(const LoadedSweep& loaded, const fs::path& sweep_file, const fs::path& folder,
                       const std::vector<Plan>& plans) {
  Manifest manifest{loaded.sweep.name,
                    "napier sweep " + sweep_file.string() + " -o $OUT",
                    loaded.sweep.experiment.string(),
                    {},
                    {}};
  for (std::size_t i = 0; i < loaded.points.size(); ++i) {
    manifest.designs.push_back(entry(loaded.points[i], plans.at(i), folder));
  }
  if (!loaded.reference.empty()) manifest.reference = entry(loaded.reference.front(), plans.back(), folder);
  return manifest;
}

void write_manifest(const Manifest& manifest, const fs::path& folder) {
  Json designs = Json::array();
  for (const auto& design : manifest.designs) designs.push_back(to_json(design));
  const Json json{
      {"name", manifest.name},
      {"command", manifest.command},
      {"experiment", manifest.experiment},
      {"designs", designs},
      {"reference", manifest.reference ? Json::array({to_json(*manifest.reference)}) : Json::array()}};
  write_file(folder / kFile, json.dump(2) + "\n");
}

Manifest read_manifest(const fs::path& folder) {
  if (!fs::exists(folder / kFile)) {
    throw InputError("'" + folder.string() + "' is not the output folder of a sweep: it has no " + kFile +
                     "; name the folder that 'napier sweep ... -o' was given");
  }
  const JsonFile json(folder / kFile);
  Manifest manifest{json.text("name"), json.text("command"), json.text("experiment"), {}, {}};
  for (const JsonFile& design : json.list("designs")) manifest.designs.push_back(from_json(design));
  if (manifest.designs.empty()) {
    throw InputError("'" + (folder / kFile).string() + "' names no design; run the sweep again");
  }
  for (const JsonFile& reference : json.list("reference")) manifest.reference = from_json(reference);
  return manifest;
}

}  // namespace napier::explore

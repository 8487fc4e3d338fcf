#include "sim/run_directory.hpp"

#include <nlohmann/json.hpp>

#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "sim/record_events.hpp"
#include "sim/statistics.hpp"
#include "sim/tile_recorder.hpp"

namespace napier::sim {

void write_optional(const std::filesystem::path& file, const std::string& text) {
  if (!text.empty()) return write_file(file, text);
  std::error_code ignored;  // most often there is none
  std::filesystem::remove(file, ignored);
}

std::string run_json(const Trace& trace, unsigned stall_percent, std::uint64_t stall_seed,
                     std::int64_t cycles, double seconds, const RunInfo& info) {
  nlohmann::ordered_json run;
  run["napier"] = info.version;
  run["command"] = "sim";
  run["design_file"] = info.design_file;
  run["design_sha256"] = trace.design_digest;
  run["trace_file"] = info.trace_file;
  run["network"] = trace.network;
  run["experiment"] = trace.experiment;
  run["stall_percent"] = stall_percent;
  run["stall_seed"] = stall_seed;
  run["wall_seconds"] = seconds;
  run["cycles_per_second"] = seconds > 0 ? static_cast<double>(cycles) / seconds : 0.0;
  return run.dump(2) + "\n";
}

void write_run_directory(const std::filesystem::path& folder, const Design& design, const Trace& trace,
                         const SimOptions& options, const SimResult& result, const RunInfo& info) {
  const std::vector<Statistic> all = statistics(result, design);
  write_file(folder / "stats.json", statistics_json(all));
  write_file(folder / "stats.txt", statistics_text(all));
  write_optional(folder / "events.csv", result.events.empty() ? "" : events_csv(result.events));
  write_optional(folder / "record_events.csv",
                 result.record_events.empty() ? "" : record_events_csv(trace, result.record_events));
  write_optional(folder / "tiles.json", result.tiles.empty() ? "" : tiles_json(trace, result.tiles));
  write_file(folder / "cycles.csv", cycles_csv(result));
  write_file(folder / "resolved.yaml", resolved_yaml(design));
  write_file(folder / "run.json",
             run_json(trace, options.stall_percent, options.stall_seed, result.cycles, result.seconds, info));
}

}  // namespace napier::sim

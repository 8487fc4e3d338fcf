#include "sim/accelerator_statistics.hpp"

#include <sstream>

#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/trace/record_check.hpp"
#include "sim/record_events.hpp"
#include "sim/tile_recorder.hpp"

namespace napier::sim {
namespace {

double count(std::int64_t value) { return static_cast<double>(value); }

void append_traffic(std::vector<Statistic>& all, const AcceleratorResult& r) {
  constexpr std::array<std::pair<const char*, const char*>, 6> kLevels = {{
      {"dram_read", "read from external memory, in whole beats"},
      {"dram_write", "written to external memory, in whole beats"},
      {"buffer_write", "written to the global buffer"},
      {"buffer_read", "read from the global buffer"},
      {"link", "carried by links, a word for several elements once"},
      {"element", "moved into and out of elements"},
  }};
  for (const auto& [level, description] : kLevels) {
    std::int64_t bytes = 0;
    for (const Traffic& t : r.traffic) bytes += t.level == level ? t.bytes : 0;
    all.push_back({std::string("traffic.") + level, count(bytes), true, "bytes", description});
  }
}

std::string products_csv(const AcceleratorResult& result) {
  std::ostringstream out;
  out << "step,layer,pass,m,n,k,cycles";
  for (const CauseText& cause : kDmaCauses) out << ",dma_" << cause.name;
  out << ",element_busy,memory_beats,macs,utilisation\n";
  for (const ProductResult& r : result.products) {
    out << r.step << ',' << r.layer << ',' << pass_name(r.pass) << ',' << r.m << ',' << r.n << ',' << r.k
        << ',' << r.cycles;
    for (const std::int64_t cycles : r.dma) out << ',' << cycles;
    out << ',' << r.busy << ',' << r.beats << ',' << r.macs() << ',' << shortest(r.utilisation) << '\n';
  }
  return out.str();
}

std::string traffic_csv(const AcceleratorResult& result) {
  std::ostringstream out;
  out << "level,kind,words,bytes\n";
  for (const Traffic& t : result.traffic)
    out << t.level << ',' << t.kind << ',' << t.words << ',' << t.bytes << '\n';
  return out.str();
}

}  // namespace

std::vector<Statistic> statistics(const AcceleratorResult& r, const Design& design) {
  std::vector<Statistic> all = {
      {"cycles", count(r.cycles), true, "cycles", "length of the run"},
      {"time", count(r.cycles) * design.clock.period_ns, false, "ns", "length of the run at clock.period_ns"},
      {"elements", count(design.array.elements), true, "elements", "processing elements of the array"},
      {"macs", count(r.macs), true, "products", "products that the matrix products need, padding apart"},
      {"macs_per_cycle", r.cycles == 0 ? 0.0 : count(r.macs) / count(r.cycles), false, "products/cycle",
       "macs divided by cycles"},
      {"utilisation", r.utilisation, false, "ratio", "macs divided by cycles x elements x lanes x vector"},
      {"matrix_products", count(static_cast<std::int64_t>(r.products.size())), true, "records",
       "matrix products of the trace"},
      {"words_checked", count(r.words_checked), true, "words",
       "words of the elements' drain, out and update_out, and beats of the memory, held against the trace"},
  };
  append_traffic(all, r);
  append_causes(all, "dma.cause.", kDmaCauses, r.dma);
  constexpr std::array<const char*, 3> kBankNames = {"a", "b", "side"};
  for (std::size_t bank = 0; bank < r.banks.size(); ++bank) {
    append_causes(all, std::string("global_buffer_") + kBankNames[bank] + ".cause.", kBankCauses,
                  r.banks[bank]);
  }
  append_causes(all, "gather.cause.", kGatherCauses, r.gather);
  for (std::size_t e = 0; e < r.elements.size(); ++e) {
    const std::string prefix = "element_" + std::to_string(e);
    append_causes(all, prefix + ".cause.", kCauses, r.elements[e].causes);
    append_causes(all, prefix + ".cause.", std::span(&kWaitMemory, 1),
                  std::span(&r.elements[e].wait_memory, 1));
    append_causes(all, prefix + ".update_cause.", kUpdateCauses, r.elements[e].update_causes);
  }
  return all;
}

void write_run_directory(const std::filesystem::path& folder, const Design& design, const Trace& trace,
                         const AcceleratorOptions& options, const AcceleratorResult& result,
                         const RunInfo& info) {
  const std::vector<Statistic> all = statistics(result, design);
  write_file(folder / "stats.json", statistics_json(all));
  write_file(folder / "stats.txt", statistics_text(all));
  write_file(folder / "events.csv", events_csv(result.events));
  write_optional(folder / "record_events.csv",
                 result.record_events.empty() ? "" : record_events_csv(trace, result.record_events));
  write_optional(folder / "tiles.json", result.tiles.empty() ? "" : tiles_json(trace, result.tiles));
  write_file(folder / "cycles.csv", products_csv(result));
  write_file(folder / "traffic.csv", traffic_csv(result));
  write_file(folder / "resolved.yaml", resolved_yaml(design));
  write_file(folder / "run.json",
             run_json(trace, options.stall_percent, options.stall_seed, result.cycles, result.seconds, info));
}

}  // namespace napier::sim

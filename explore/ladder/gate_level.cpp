#include "explore/ladder/gate_level.hpp"

#include <array>

#include "cost/synthesis/synthesis.hpp"
#include "cost/technology.hpp"
#include "explore/ladder/cycle_bench.hpp"
#include "explore/ladder/journal.hpp"
#include "explore/ladder/prover.hpp"
#include "explore/ladder/traces.hpp"
#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "rtl-gen/emit_design.hpp"

namespace napier::explore::ladder {
namespace {

namespace fs = std::filesystem;

/// Maps the design's processing element; the netlist as a file of its own.
rtl::EmittedFile netlist_of(const Design& design, const std::vector<rtl::EmittedFile>& files,
                            const cost::Technology& technology, const fs::path& folder) {
  cost::SynthesisJob job;
  job.top = "napier_processing_element";
  job.period_ns = design.clock.period_ns;
  for (const rtl::EmittedFile& file : files) {
    write_file(folder / file.path, file.text);
    job.verilog.push_back(fs::absolute(folder / file.path));
    job.modules.push_back(file.path.stem().string());
  }
  cost::synthesise(job, technology, folder / "synthesis");
  return {"netlist.v", read_file(folder / "synthesis/netlist.v")};
}

struct Run {
  const char* name;
  unsigned stalls;
  std::uint64_t reset_after;
};
constexpr std::array<Run, 3> kRuns = {
    {{"back to back", 0, 0}, {"stalls 40 %", 40, 0}, {"reset after 53 cycles", 0, 53}}};

}  // namespace

RungResult climb_gate_level(const Climb& climb, const fs::path& folder) {
  check_icarus(folder);
  check_yosys(folder);
  const cost::Technology technology = cost::default_technology();
  RungResult result;
  std::size_t designs = 0;
  for (const Design& design : climb.designs) {
    if (!climb.full() && designs == 1) break;
    ++designs;
    const std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
    std::string text;
    for (const rtl::EmittedFile& file : files) text += file.text;
    const fs::path own = folder / design.name;
    fs::create_directories(own);
    Journal journal(own / "held.txt", sha256(text + cost::digest(technology) + std::to_string(climb.seed)));
    for (const Run& run : kRuns) {
      if (!journal.find(run.name)) {
        climb.say("e gate level: " + design.name + ", " + run.name);
        const rtl::EmittedFile netlist = netlist_of(design, files, technology, own);
        const Trace trace = small_trace(design, climb.full() ? 8 : 2, climb.seed);
        const CycleBench bench = make_cycle_bench(design, trace, run.stalls, climb.seed, own, false);
        std::string why;
        if (run_cycle_bench(bench, {netlist}, {technology.cell_models}, run.reset_after, own / "run", why) !=
            BenchOutcome::kPassed) {
          result.failures.push_back(design.name + ", " + run.name + ": " + why + "; netlist and bench in " +
                                    (own / "run").string());
          continue;
        }
        journal.add(run.name, std::to_string(bench.cycles));
      }
      result.count += std::stoll(*journal.find(run.name));
    }
  }
  result.summary = std::to_string(designs) + " netlists of " + technology.name +
                   " cells, every port in every cycle as in SystemC";
  return result;
}

}  // namespace napier::explore::ladder

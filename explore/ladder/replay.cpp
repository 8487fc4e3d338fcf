#include "explore/ladder/replay.hpp"

#include <algorithm>
#include <array>

#include "explore/ladder/journal.hpp"
#include "explore/ladder/traces.hpp"
#include "explore/verification.hpp"
#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/design/design_file.hpp"
#include "rtl-gen/emit_design.hpp"

namespace napier::explore::ladder {
namespace {

/// One way to replay a trace.
struct Run {
  const char* name;
  unsigned stalls;             ///< percent
  std::uint64_t reset_cycles;  ///< the element runs this long, is reset, and starts anew
};

constexpr std::array<Run, 6> kRuns = {{{"back to back", 0, 0},
                                       {"stalls 15 %", 15, 0},
                                       {"stalls 50 %", 50, 0},
                                       {"stalls 85 %", 85, 0},
                                       {"reset after 37 cycles", 0, 37},
                                       {"reset after 101 cycles, stalls 50 %", 50, 101}}};

}  // namespace

RungResult climb_replay(const Climb& climb, const std::filesystem::path& folder) {
  const int layers = climb.full() ? 12 : 4;
  const int traces = climb.full() ? 5 : 1;
  RungResult result;
  int runs = 0;
  for (const Design& design : climb.designs) {
    const std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
    std::string text;
    for (const rtl::EmittedFile& file : files) text += file.text;
    std::filesystem::create_directories(folder / design.name);
    Journal journal(folder / (design.name + ".txt"), sha256(text + std::to_string(climb.seed)));
    for (int t = 0; t < traces; ++t) {
      const std::uint64_t seed = climb.seed + static_cast<std::uint64_t>(t);
      const Trace trace = small_trace(design, layers, seed);
      for (const Run& run : kRuns) {
        const std::string item = "trace " + std::to_string(seed) + ", " + run.name;
        ++runs;
        if (const auto cycles = journal.find(item)) {
          result.count += std::stoll(*cycles);
          continue;
        }
        climb.say("c replay: " + design.name + ", " + item);
        VerifyOptions options;
        options.stall_percent = run.stalls;
        options.stall_seed = seed;
        options.reset_after = run.reset_cycles;
        options.build = rtl::ModelBuild::kFastBuild;
        const VerifyResult r = verify_files(design, trace, files, folder / design.name, options);
        if (!r.equal()) {
          result.failures.push_back(design.name + ", " + item + ": " + r.difference +
                                    "; logs and Verilog are in " + (folder / design.name).string());
          break;
        }
        journal.add(item, std::to_string(r.verilog_cycles));
        result.count += r.verilog_cycles;
      }
      if (!result.held()) break;
    }
  }
  result.summary = std::to_string(climb.designs.size()) + " designs, " + std::to_string(runs) + " runs of " +
                   std::to_string(layers) + " layers: back to back, stalls, resets";
  return result;
}

}  // namespace napier::explore::ladder

#include "explore/ladder/random_designs.hpp"

#include "explore/ladder/journal.hpp"
#include "explore/ladder/random_design.hpp"
#include "explore/ladder/traces.hpp"
#include "explore/verification.hpp"
#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "rtl-gen/emit_design.hpp"

namespace napier::explore::ladder {
namespace {

namespace fs = std::filesystem;

constexpr int kCiDesigns = 12, kFullDesigns = 200;
constexpr int kLayers = 3;

}  // namespace

std::string replay_difference(const Design& design, std::uint64_t seed, const fs::path& folder,
                              const std::function<std::vector<rtl::EmittedFile>(const Design&)>& emit) {
  fs::create_directories(folder);
  VerifyOptions options;
  options.stall_percent = static_cast<unsigned>(seed * 37 % 90);
  options.stall_seed = seed;
  options.build = rtl::ModelBuild::kFastBuild;
  try {
    return verify_files(design, small_trace(design, kLayers, seed), emit(design), folder, options).difference;
  } catch (const MismatchError& e) {
    return std::string("SystemC leaves the exact arithmetic: ") + e.what();
  } catch (const InternalError& e) {
    return e.what();
  }
}

RungResult climb_random_designs(const Climb& climb, const fs::path& folder) {
  RungResult result;
  const int designs = climb.full() ? kFullDesigns : kCiDesigns;
  Journal journal(folder / "held.txt", "random designs " + std::to_string(climb.seed));
  for (int i = 0; i < designs; ++i) {
    const Design design = random_design(climb.seed, static_cast<std::uint64_t>(i));
    const std::uint64_t seed = climb.seed * 1000 + static_cast<std::uint64_t>(i);
    std::string text;
    for (const rtl::EmittedFile& file : rtl::emit_design(design)) text += file.text;
    const std::string item = design.name + " " + sha256(text).substr(0, 16);
    if (!journal.find(item)) {
      climb.say("d random designs: " + std::to_string(i + 1) + " of " + std::to_string(designs));
      const fs::path own = folder / design.name;
      const std::string difference = replay_difference(design, seed, own, rtl::emit_design);
      if (!difference.empty()) {
        climb.say("d random designs: " + design.name + " differs; shrinking it: " + difference);
        const Design small = shrink(design, [&](const Design& tried) {
          return !replay_difference(tried, seed, folder / "shrinking", rtl::emit_design).empty();
        });
        const fs::path saved = folder / "regressions" / (design.name + ".yaml");
        write_file(saved, resolved_yaml(small));
        result.failures.push_back(design.name + ": " + difference + "; a small design that fails is " +
                                  saved.string() + ", its trace has seed " + std::to_string(seed));
        continue;
      }
      fs::remove_all(own);
      journal.add(item, "equal");
    }
    ++result.count;
  }
  result.summary = "drawn from the whole space, each under backpressure equal to SystemC in every cycle";
  return result;
}

}  // namespace napier::explore::ladder

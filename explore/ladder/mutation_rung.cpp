#include "explore/ladder/mutation_rung.hpp"

#include <array>

#include "explore/csv.hpp"
#include "explore/ladder/cycle_bench.hpp"
#include "explore/ladder/journal.hpp"
#include "explore/ladder/mutation.hpp"
#include "explore/ladder/prover.hpp"
#include "explore/ladder/traces.hpp"
#include "explore/ladder/truth_table.hpp"
#include "explore/ladder/units.hpp"
#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "rtl-gen/emit_design.hpp"
#include "rtl-gen/verify/harness.hpp"
#include "rtl-gen/verify/verilator.hpp"

namespace napier::explore::ladder {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCiMutants = 12, kFullMutants = 20;  // of each design
constexpr double kScore = 0.98;
constexpr int kProofSeconds = 100;

/// One replay that mutants must not pass.
struct Replay {
  std::string name;
  CycleBench bench;
  std::uint64_t reset_after;
};

std::vector<Replay> replays(const Design& design, const Climb& climb, const fs::path& folder) {
  const auto bench = [&](int layers, unsigned stalls, std::uint64_t seed) {
    return make_cycle_bench(design, small_trace(design, layers, seed), stalls, seed, folder / "bench", true);
  };
  // The cheapest first: most mutants get no further.
  return {{"replay", bench(4, 0, climb.seed), 0},
          {"replay with stalls and a reset", bench(6, 45, climb.seed + 1), 61},
          {"long replay", bench(24, 20, climb.seed + 2), 0}};
}

/// The probe, which brings out the inner channels.
rtl::EmittedFile probe(const Design& design) {
  for (rtl::EmittedFile& file : rtl::emit_harness(design)) {
    if (file.path.extension() == ".sv") return file;
  }
  throw InternalError("the harness has no probe");
}

enum class Fate { kFound, kSame, kSurvived, kRefused };

struct Outcome {
  Fate fate;
  std::string by;  ///< what found it, or what proves it the same
};

class Judge {
 public:
  Judge(const Design& design, const Climb& climb, const fs::path& folder)
      : files_(rtl::emit_design(design)),
        probe_(probe(design)),
        replays_(replays(design, climb, folder)),
        units_(units_of(design)),
        folder_(folder) {
    std::string why;
    for (const Replay& r : replays_) {
      if (run(files_, r, why) != BenchOutcome::kPassed) {
        throw MismatchError("design " + design.name + " fails its own " + r.name +
                            ", without any mutation: " + why);
      }
    }
  }

  const std::vector<rtl::EmittedFile>& files() const { return files_; }

  Outcome judge(const Mutation& mutation) const {
    const std::vector<rtl::EmittedFile> mutant = with(files_, mutation);
    std::string why;
    for (const Replay& r : replays_) {
      switch (run(mutant, r, why)) {
        case BenchOutcome::kPassed:
          continue;
        case BenchOutcome::kRefused:
          return {Fate::kRefused, why};
        case BenchOutcome::kFailed:
        case BenchOutcome::kHung:
          return {Fate::kFound, r.name + ": " + why};
      }
    }
    const Verdict unit = unit_proof(mutation);
    if (unit == Verdict::kRefuted) return {Fate::kFound, "formal proof of the unit"};
    if (unit == Verdict::kProven || proven_same(mutant, mutation) == Verdict::kProven) {
      return {Fate::kSame, "proven to compute the same"};
    }
    if (!lint_is_clean(mutant)) return {Fate::kFound, "lint"};
    return {Fate::kSurvived, ""};
  }

 private:
  BenchOutcome run(const std::vector<rtl::EmittedFile>& files, const Replay& r, std::string& why) const {
    std::vector<rtl::EmittedFile> all = files;
    all.push_back(probe_);
    return run_cycle_bench(r.bench, all, {}, r.reset_after, folder_ / "run", why);
  }

  /// The unit's proof of rung b with the mutated line in it. The unit is emitted there without its pipeline:
  /// only a line that it has too, and once, can be tried.
  Verdict unit_proof(const Mutation& mutation) const {
    const rtl::EmittedFile& original = files_[mutation.file];
    const std::size_t begin = original.text.rfind('\n', mutation.offset) + 1;
    const std::size_t end = original.text.find('\n', mutation.offset);
    const std::string line = original.text.substr(begin - 1, end + 1 - (begin - 1));
    for (const Unit& unit : units_) {
      std::vector<rtl::EmittedFile> files = unit.files;
      for (rtl::EmittedFile& file : files) {
        if (file.path != original.path) continue;
        const std::size_t at = file.text.find(line);
        if (at == std::string::npos || file.text.find(line, at + 1) != std::string::npos)
          return Verdict::kUndecided;
        file.text.replace(at + mutation.offset - (begin - 1), mutation.length, mutation.text);
        files.push_back({"wrapper.sv", unit.wrapper});
        try {
          return prove_equal(files,
                             unit.specification.empty() ? truth_table_verilog(unit) : unit.specification,
                             folder_ / "proof", kProofSeconds);
        } catch (const ToolError&) {
          return Verdict::kUndecided;  // Yosys takes less Verilog than Icarus
        }
      }
    }
    return Verdict::kUndecided;
  }

  Verdict proven_same(const std::vector<rtl::EmittedFile>& mutant, const Mutation& mutation) const {
    return prove_same_module(files_, mutant, files_[mutation.file].path.stem().string(), folder_ / "proof",
                             60);
  }

  bool lint_is_clean(const std::vector<rtl::EmittedFile>& mutant) const {
    const fs::path folder = folder_ / "lint";
    for (const rtl::EmittedFile& file : mutant) write_file(folder / file.path, file.text);
    try {
      rtl::lint_with_verilator(folder, mutant, "napier_processing_element", folder / "lint.log");
    } catch (const InternalError&) {
      return false;
    }
    return true;
  }

  std::vector<rtl::EmittedFile> files_;
  rtl::EmittedFile probe_;
  std::vector<Replay> replays_;
  std::vector<Unit> units_;  ///< for their proofs
  fs::path folder_;
};

std::string fate_name(Fate fate) {
  return std::array{"found", "same", "survived", "refused"}[static_cast<std::size_t>(fate)];
}

/// Faults of all designs by their fates.
struct Tally {
  std::int64_t found = 0, by_lint = 0, same = 0, survived = 0, refused = 0;
  std::string csv = csv_row({"design", "mutation", "fate", "by"});
  std::string survivors;

  void add(const std::string& design, const std::string& mutation, const std::string& fate,
           const std::string& by) {
    found += fate == "found";
    by_lint += fate == "found" && by == "lint";
    same += fate == "same";
    survived += fate == "survived";
    refused += fate == "refused";
    csv += csv_row({design, mutation, fate, by});
    if (fate == "survived") survivors += design + ": " + mutation + "\n";
  }
};

void climb_design(const Design& design, const Climb& climb, const fs::path& folder, Tally& tally) {
  fs::create_directories(folder);
  const Judge judge(design, climb, folder);
  std::string text;
  for (const rtl::EmittedFile& file : judge.files()) text += file.text;
  Journal journal(folder / "held.txt", sha256(text + std::to_string(climb.seed)));
  const std::size_t wanted = climb.full() ? kFullMutants : kCiMutants;
  std::size_t tried = 0;
  // Some mutants are no Verilog any more and count for nothing: others take their places.
  for (const Mutation& mutation : draw(mutations(judge.files()), 3 * wanted, climb.seed)) {
    if (tried == wanted) break;
    const std::string name = describe(judge.files(), mutation) + " (" + std::to_string(mutation.offset) + ")";
    if (!journal.find(name)) {
      climb.say("g mutation: " + design.name + ", " + std::to_string(tried + 1) + " of " +
                std::to_string(wanted));
      const Outcome outcome = judge.judge(mutation);
      journal.add(name, fate_name(outcome.fate) + " " + outcome.by);
    }
    const std::string outcome = *journal.find(name);
    const std::size_t space = outcome.find(' ');
    tally.add(design.name, name, outcome.substr(0, space), outcome.substr(space + 1));
    tried += outcome.starts_with("refused") ? 0 : 1;
  }
}

}  // namespace

RungResult climb_mutation(const Climb& climb, const fs::path& folder) {
  check_icarus(folder);
  check_yosys(folder);
  rtl::check_verilator(folder);
  Tally tally;
  const std::size_t designs = climb.full() ? climb.designs.size() : 1;
  for (std::size_t i = 0; i < designs; ++i)
    climb_design(climb.designs[i], climb, folder / climb.designs[i].name, tally);
  write_file(folder / "mutants.csv", tally.csv);
  write_file(folder / "survivors.txt", tally.survivors);
  RungResult result;
  result.count = tally.found + tally.survived;
  const double score =
      static_cast<double>(tally.found) / static_cast<double>(std::max<std::int64_t>(1, result.count));
  char percent[16];
  std::snprintf(percent, sizeof percent, "%.1f", 100 * score);
  result.summary = std::string(percent) + " % found (" + std::to_string(tally.by_lint) + " by lint alone), " +
                   std::to_string(tally.survived) + " survive; " + std::to_string(tally.same) +
                   " more are proven to change nothing";
  if (score < kScore) {
    result.failures.push_back("fewer than 98 % are found; those that survive stand in " +
                              (folder / "survivors.txt").string());
  }
  return result;
}

}  // namespace napier::explore::ladder

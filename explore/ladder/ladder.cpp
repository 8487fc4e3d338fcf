#include "explore/ladder/ladder.hpp"

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "explore/csv.hpp"
#include "explore/ladder/coverage.hpp"
#include "explore/ladder/exhaustive.hpp"
#include "explore/ladder/formal.hpp"
#include "explore/ladder/gate_level.hpp"
#include "explore/ladder/journal.hpp"
#include "explore/ladder/mutation_rung.hpp"
#include "explore/ladder/random_designs.hpp"
#include "explore/ladder/replay.hpp"
#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "rtl-gen/emit_design.hpp"

namespace napier::explore::ladder {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string level_name(Level level) { return level == Level::kFull ? "full" : "ci"; }

/// Everything that a rung's result depends on, the generator's text included.
std::string climb_key(const Climb& climb) {
  std::string all =
      std::string(NAPIER_VERSION) + '\0' + level_name(climb.level) + '\0' + std::to_string(climb.seed) + '\0';
  for (const Design& design : climb.designs) {
    all += design_digest(design);
    for (const rtl::EmittedFile& file : rtl::emit_design(design)) all += file.text;
  }
  return sha256(all);
}

ordered_json to_json(const Step& step) {
  return {{"rung", std::string(1, step.letter)}, {"title", step.title},
          {"count", step.result.count},          {"counts", step.counts},
          {"held", step.result.held()},          {"summary", step.result.summary},
          {"failures", step.result.failures}};
}

/// The results of a rung that held, as the journal keeps them.
std::string outcome_text(const RungResult& result) {
  return std::to_string(result.count) + " " + result.summary;
}

RungResult from_outcome(const std::string& text) {
  const std::size_t space = text.find(' ');
  return {std::stoll(text.substr(0, space)), text.substr(space + 1), {}};
}

void write_results(const Climb& climb, const std::vector<Step>& steps) {
  ordered_json ladder = {{"level", level_name(climb.level)}, {"seed", climb.seed}, {"rungs", nullptr}};
  ordered_json times = {{"version", NAPIER_VERSION}, {"seconds", nullptr}};
  for (const Design& design : climb.designs) ladder["designs"].push_back(design.name);
  std::string csv = csv_row({"rung", "title", "count", "counts", "result", "summary"});
  for (const Step& step : steps) {
    ladder["rungs"].push_back(to_json(step));
    times["seconds"][std::string(1, step.letter)] = step.seconds;
    csv += csv_row({std::string(1, step.letter), step.title, std::to_string(step.result.count), step.counts,
                    step.result.held() ? "held" : "FAILED", step.result.summary});
  }
  write_file(climb.folder / "ladder.csv", csv);
  write_file(climb.folder / "ladder.json", ladder.dump(2) + "\n");
  write_file(climb.folder / "run.json", times.dump(2) + "\n");
}

Step climb_rung(const Rung& rung, const Climb& climb, Journal& journal) {
  const std::string item(1, rung.letter);
  if (const auto held = journal.find(item)) {
    return {rung.letter, rung.title, rung.counts, from_outcome(*held), 0, true};
  }
  climb.say(item + " " + rung.title);
  const auto start = std::chrono::steady_clock::now();
  const fs::path folder = climb.folder / (item + "_" + rung.title);
  fs::create_directories(folder);
  Step step{rung.letter, rung.title, rung.counts, rung.climb(climb, folder), 0, false};
  step.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (step.result.held()) journal.add(item, outcome_text(step.result));
  return step;
}

void check_letters(const std::string& letters) {
  for (const char letter : letters) {
    bool known = false;
    std::string all;
    for (const Rung& rung : rungs()) {
      known = known || rung.letter == letter;
      all += rung.letter;
    }
    if (!known) {
      throw InputError(std::string("--rungs: '") + letter + "' is no rung of the ladder; write some of " +
                       all);
    }
  }
}

}  // namespace

const std::vector<Rung>& rungs() {
  static const std::vector<Rung> all = {
      {'a', "exhaustive", "inputs tried", climb_exhaustive},
      {'b', "formal", "theorems proven", climb_formal},
      {'c', "replay", "cycles compared", climb_replay},
      {'d', "random", "designs", climb_random_designs},
      {'e', "gates", "cycles compared", climb_gate_level},
      {'f', "coverage", "points reached", climb_coverage},
      {'g', "mutation", "faults", climb_mutation},
  };
  return all;
}

std::vector<Step> climb_ladder(const Climb& climb, const std::string& letters) {
  check_letters(letters);
  Journal journal(climb.folder / "held.txt", climb_key(climb));
  std::vector<Step> steps;
  for (const Rung& rung : rungs()) {
    if (!letters.empty() && letters.find(rung.letter) == std::string::npos) continue;
    steps.push_back(climb_rung(rung, climb, journal));
    write_results(climb, steps);
  }
  return steps;
}

std::string table(const std::vector<Step>& steps) {
  std::string text;
  char line[512];
  std::snprintf(line, sizeof line, "%-16s %12s  %-22s %9s  %s\n", "rung", "count", "", "seconds", "result");
  text += line;
  for (const Step& s : steps) {
    std::string seconds(16, '\0');
    seconds.resize(static_cast<std::size_t>(std::snprintf(seconds.data(), 16, "%.1f", s.seconds)));
    std::snprintf(line, sizeof line, "%c %-14s %12lld  %-22s %9s  %s\n", s.letter, s.title.c_str(),
                  static_cast<long long>(s.result.count), s.counts.c_str(),
                  s.reused ? "(before)" : seconds.c_str(),
                  ((s.result.held() ? "held: " : "FAILED: ") + s.result.summary).substr(0, 400).c_str());
    text += line;
    for (const std::string& failure : s.result.failures) text += "    " + failure + "\n";
  }
  return text;
}

}  // namespace napier::explore::ladder

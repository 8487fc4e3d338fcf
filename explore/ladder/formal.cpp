#include "explore/ladder/formal.hpp"

#include <algorithm>
#include <utility>

#include "explore/csv.hpp"
#include "explore/ladder/handshakes.hpp"
#include "explore/ladder/journal.hpp"
#include "explore/ladder/mutation.hpp"
#include "explore/ladder/prover.hpp"
#include "explore/ladder/truth_table.hpp"
#include "explore/ladder/units.hpp"
#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::explore::ladder {
namespace {

namespace fs = std::filesystem;

/// One thing to prove of some emitted files, and how.
struct Theorem {
  std::string name;    ///< "ladder_binned: lns_multiplier"
  std::string states;  ///< what is proven
  std::string method;
  std::vector<rtl::EmittedFile> files;  ///< emitted by the generator: what mutants are made of
  rtl::EmittedFile around;              ///< wrapper or monitor
  std::string specification;            ///< of an equivalence; empty: a property
};

Verdict prove(const Theorem& t, const std::vector<rtl::EmittedFile>& files, const fs::path& folder,
              int seconds) {
  if (t.specification.empty()) return prove_never_bad(files, t.around.text, folder, seconds);
  std::vector<rtl::EmittedFile> all = files;
  all.push_back(t.around);
  return prove_equal(all, t.specification, folder, seconds);
}

/// The units to be proven: at full width, but in `ci` slow ones narrow.
std::vector<Unit> units_to_prove(const Design& design, bool full) {
  std::vector<Unit> units = units_of(design);
  if (full) return units;
  for (Unit& unit : units) {
    if (!unit.slow) continue;
    for (Unit& narrow : narrow_units_of(design)) {
      if (narrow.name != unit.name) continue;
      unit = std::move(narrow);
      unit.name += ", narrow";
      break;
    }
  }
  return units;
}

std::vector<Theorem> theorems(const Climb& climb) {
  std::vector<Theorem> all;
  for (const Design& design : climb.designs) {
    if (!climb.full() && &design != &climb.designs.front()) break;  // ci: one design
    for (const Unit& unit : units_to_prove(design, climb.full())) {
      const bool table = unit.specification.empty();
      all.push_back({design.name + ": " + unit.name,
                     "equals its exact function for all 2^" + std::to_string(unit.input_bits) + " inputs",
                     table ? "abc cec with the truth table" : "abc cec with whole numbers",
                     unit.files,
                     {"wrapper.sv", unit.wrapper},
                     table ? truth_table_verilog(unit) : unit.specification});
    }
    for (const Handshake& h : handshakes_of(design)) {
      if (h.slow && !climb.full()) continue;
      all.push_back(
          {design.name + ": " + h.name, h.states, "abc pdr (induction)", h.files, {"proof.sv", h.proof}, ""});
    }
  }
  return all;
}

std::string folder_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ':' || c == ' ' || c == ','; }, '_');
  return name;
}

/// What became of the mutants of a theorem's files.
struct Mutants {
  int refuted = 0, equal = 0, undecided = 0, refused = 0;
  std::string example;
};

/// Tries mutants until `wanted` are refuted.
Mutants try_mutants(const Theorem& t, const fs::path& folder, const Climb& climb, int wanted) {
  constexpr int kMost = 12;
  constexpr int kSeconds = 30;
  Mutants m;
  for (const Mutation& mutation : draw(mutations(t.files), kMost, climb.seed)) {
    if (m.refuted == wanted) break;
    try {
      switch (prove(t, with(t.files, mutation), folder, kSeconds)) {
        case Verdict::kRefuted:
          ++m.refuted;
          if (m.example.empty()) m.example = describe(t.files, mutation);
          break;
        case Verdict::kProven:
          ++m.equal;
          break;
        case Verdict::kUndecided:
          ++m.undecided;
          break;
      }
    } catch (const ToolError&) {
      ++m.refused;  // Yosys takes the mutant for no Verilog, or for none of this unit
    }
  }
  return m;
}

}  // namespace

RungResult climb_formal(const Climb& climb, const fs::path& folder) {
  check_yosys(folder);
  RungResult result;
  const int seconds = climb.full() ? 1200 : 120;
  int mutants = 0;
  std::string list =
      csv_row({"theorem", "states", "method", "mutants refuted", "mutants proven equal", "example"});
  for (const Theorem& t : theorems(climb)) {
    std::string text = t.around.text + t.specification;
    for (const rtl::EmittedFile& file : t.files) text += file.text;
    const fs::path own = folder / folder_name(t.name);
    fs::create_directories(own);
    Journal journal(own / "held.txt", sha256(text + std::to_string(climb.seed)));
    if (!journal.find("proof")) {
      climb.say("b formal: " + t.name + " " + t.states);
      const Verdict verdict = prove(t, t.files, own / "proof", seconds);
      if (verdict != Verdict::kProven) {
        result.failures.push_back(t.name +
                                  (verdict == Verdict::kRefuted
                                       ? " is refuted"
                                       : " is undecided after " + std::to_string(seconds) + " s") +
                                  ": " + t.states + "; files and logs in " + (own / "proof").string());
        continue;
      }
      journal.add("proof", "proven");
    }
    if (!journal.find("mutants")) {
      const Mutants m = try_mutants(t, own / "mutant", climb, climb.full() ? 3 : 1);
      if (m.refuted == 0) {
        result.failures.push_back(t.name + ": no mutant of the unit is refuted, the proof is too weak");
        continue;
      }
      journal.add("mutants", std::to_string(m.refuted));
      journal.add("equal", std::to_string(m.equal));
      journal.add("example", m.example);
    }
    ++result.count;
    mutants += std::stoi(*journal.find("mutants"));
    list += csv_row({t.name, t.states, t.method, *journal.find("mutants"), *journal.find("equal"),
                     *journal.find("example")});
  }
  write_file(folder / "proofs.csv", list);
  result.summary =
      "each for all inputs and all time; " + std::to_string(mutants) + " mutants of the units refuted";
  return result;
}

}  // namespace napier::explore::ladder

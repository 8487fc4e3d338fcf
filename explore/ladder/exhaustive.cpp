#include "explore/ladder/exhaustive.hpp"

#include <charconv>

#include "explore/ladder/cycle_bench.hpp"
#include "explore/ladder/journal.hpp"
#include "explore/ladder/unit_texts.hpp"
#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/interrupt.hpp"
#include "models/base/process.hpp"
#include "rtl-gen/text/template.hpp"

namespace napier::explore::ladder {
namespace {

namespace fs = std::filesystem;

/// Most free bits of a slice that is tried in ci.
constexpr int kCiBits = 16;

std::string hex_lines(const Slice& slice) {
  std::string text;
  for (std::uint64_t in = 0; in < std::uint64_t{1} << slice.free_bits; ++in) {
    if (in % 65536 == 0) check_interrupt();
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, slice.exact(in), 16);
    text.append(digits, end.ptr).push_back('\n');
  }
  return text;
}

std::vector<Unit> all_units(const Climb& climb) {
  std::vector<Unit> units;
  for (const Design& design : climb.designs) {
    for (auto&& [found, suffix] : {std::pair{units_of(design), ""}, {narrow_units_of(design), ", narrow"}}) {
      for (Unit unit : found) {
        unit.name = design.name + suffix + ": " + unit.name;
        units.push_back(std::move(unit));
      }
    }
  }
  return units;
}

}  // namespace

std::string first_wrong_input(const Unit& unit, const Slice& slice, const fs::path& folder) {
  fs::create_directories(folder);
  const rtl::Values values = {{"input_bits", std::to_string(unit.input_bits)},
                              {"output_bits", std::to_string(unit.output_bits)},
                              {"free_bits", std::to_string(slice.free_bits)},
                              {"fixed", slice.fixed}};
  std::vector<std::string> command = {"iverilog", "-g2012",    "-s",      "bench",
                                      "-o",       "bench.vvp", "unit.sv", "bench.sv"};
  for (const rtl::EmittedFile& file : unit.files) {
    write_file(folder / file.path.filename(), file.text);
    command.push_back(file.path.filename().string());
  }
  write_file(folder / "unit.sv", unit.wrapper);
  write_file(folder / "bench.sv", rtl::expand(embedded::unit_bench_sv, values));
  write_file(folder / "expected.hex", hex_lines(slice));
  const fs::path log = folder / "tools.log", out = folder / "out.log";
  for (const fs::path& old : {log, out}) fs::remove(old);
  run_tool(command, folder, log);
  run_tool({"vvp", "-n", "bench.vvp"}, folder, out);
  const std::string text = read_file(out);
  fs::remove(folder / "expected.hex");
  if (text.starts_with("PASS")) return "";
  return text.substr(0, text.find('\n'));
}

RungResult climb_exhaustive(const Climb& climb, const fs::path& folder) {
  check_icarus(folder);
  RungResult result;
  int slices = 0, wider = 0;
  for (const Unit& unit : all_units(climb)) {
    if (unit.slices.empty()) ++wider;
    std::string text = unit.wrapper;
    for (const rtl::EmittedFile& file : unit.files) text += file.text;
    std::string name = unit.name;
    for (char& c : name) c = c == ':' || c == ' ' || c == ',' ? '_' : c;
    Journal journal(folder / (name + ".txt"), sha256(text));
    for (const Slice& slice : unit.slices) {
      if (!climb.full() && slice.free_bits > kCiBits) continue;
      ++slices;
      const std::string item = unit.name + (slice.settings.empty() ? "" : ", " + slice.settings);
      if (!journal.find(item)) {
        climb.say("a exhaustive: " + item + ", 2^" + std::to_string(slice.free_bits) + " inputs");
        const std::string wrong = first_wrong_input(unit, slice, folder / name);
        if (!wrong.empty()) {
          result.failures.push_back(item + ": " + wrong + "; bench in " + (folder / name).string());
          continue;
        }
        journal.add(item, "equal");
      }
      result.count += std::int64_t{1} << slice.free_bits;
    }
  }
  result.summary = std::to_string(slices) +
                   " units and settings, all inputs of each against the exact function; " +
                   std::to_string(wider) + " units as wide as designed are rung b's alone";
  return result;
}

}  // namespace napier::explore::ladder

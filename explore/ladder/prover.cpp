#include "explore/ladder/prover.hpp"

#include <cstdio>
#include <utility>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"

namespace napier::explore::ladder {
namespace {

namespace fs = std::filesystem;

constexpr int kOldestMajor = 0, kOldestMinor = 23;

/// Writes the files; the Yosys commands that read them.
std::string read_commands(const std::vector<rtl::EmittedFile>& files, const fs::path& folder) {
  std::string text;
  for (const rtl::EmittedFile& file : files) {
    write_file(folder / file.path.filename(), file.text);
    text += "read_verilog -sv -DSYNTHESIS " + file.path.filename().string() + "\n";
  }
  return text;
}

std::string to_gates(const std::string& top) {
  return "hierarchy -check -top " + top + "\nproc\nflatten\nopt -fast\nmemory_map\nopt -fast\n";
}

std::string run_abc(const std::string& commands, const fs::path& folder, int seconds) {
  const fs::path log = folder / "abc.log";
  fs::remove(log);
  // abc looks at its limits now and then only: the clock outside is the one that counts.
  run_process({"timeout", std::to_string(seconds), "yosys-abc", "-q", commands}, folder, log);
  const std::string text = read_file(log);
  if (text.find("has failed") != std::string::npos)
    throw ToolError("abc does not read its input; its log is " + log.string());
  return text;
}

void run_yosys(const std::string& script, const fs::path& folder) {
  write_file(folder / "prepare.ys", script);
  const fs::path log = folder / "yosys.log";
  fs::remove(log);
  run_tool({"yosys", "-q", "-s", "prepare.ys"}, folder, log);
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

void check_yosys(const fs::path& scratch) {
  for (const char* program : {"yosys", "yosys-abc", "timeout"}) find_tool(program);
  const fs::path answer = scratch / "yosys_version.log";
  fs::remove(answer);
  run_tool({"yosys", "-V"}, scratch, answer);
  const std::string text = read_file(answer);
  fs::remove(answer);
  int major = 0, minor = 0;
  const bool known = std::sscanf(text.c_str(), "Yosys %d.%d", &major, &minor) == 2;
  if (known && std::pair(major, minor) >= std::pair(kOldestMajor, kOldestMinor)) return;
  throw ToolError("Yosys 0.23 or newer is needed, and '" + find_tool("yosys").string() + "' says it is: " +
                  text.substr(0, text.find('\n')) + "\nDebian 12 and newer have one: apt-get install yosys");
}

Verdict prove_equal(const std::vector<rtl::EmittedFile>& emitted, const std::string& specification,
                    const fs::path& folder, int seconds) {
  fs::create_directories(folder);
  for (const char* old : {"emitted.blif", "specification.blif"}) fs::remove(folder / old);
  const std::string rest = to_gates("unit") + "techmap\nopt -full\naigmap\nopt_clean -purge\n";
  run_yosys(read_commands(emitted, folder) + rest + "write_blif emitted.blif\ndesign -reset\n" +
                read_commands({{"specification.sv", specification}}, folder) + rest +
                "write_blif specification.blif\n",
            folder);
  const std::string text =
      run_abc("miter emitted.blif specification.blif; strash; &get; &cec -m -C 1000000", folder, seconds);
  if (contains(text, "are equivalent")) return Verdict::kProven;
  if (contains(text, "NOT EQUIVALENT")) return Verdict::kRefuted;
  return Verdict::kUndecided;
}

Verdict prove_never_bad(const std::vector<rtl::EmittedFile>& emitted, const std::string& proof,
                        const fs::path& folder, int seconds) {
  fs::create_directories(folder);
  fs::remove(folder / "proof.blif");
  std::vector<rtl::EmittedFile> files = emitted;
  files.push_back({"proof.sv", proof});
  run_yosys(read_commands(files, folder) + to_gates("proof") +
                "async2sync\nopt -fast\ntechmap\nopt -full\ndffunmap\nsimplemap\nopt_expr\naigmap\nopt_clean "
                "-purge\n"
                "write_blif proof.blif\n",
            folder);
  // Registers without initial value may begin at any.
  const std::string text = run_abc("read_blif proof.blif; undc; strash; scorr; dc2; pdr", folder, seconds);
  if (contains(text, "Property proved") || contains(text, "is proved") || contains(text, "constant 0")) {
    return Verdict::kProven;
  }
  if (contains(text, "was asserted in frame")) return Verdict::kRefuted;
  return Verdict::kUndecided;
}

Verdict prove_same_module(const std::vector<rtl::EmittedFile>& emitted,
                          const std::vector<rtl::EmittedFile>& changed, const std::string& module,
                          const fs::path& folder, int seconds) {
  fs::create_directories(folder);
  // Registers are cut: their outputs become inputs, their inputs outputs, of the same names.
  const std::string cut = to_gates(module) +
                          "async2sync\ndffunmap\nexpose "
                          "-evert-dff\ntechmap\nopt_expr\naigmap\nopt_clean\nwrite_blif ";
  try {
    run_yosys(read_commands(emitted, folder) + cut + "emitted.blif\n", folder);
    run_yosys(read_commands(changed, folder) + cut + "changed.blif\n", folder);
  } catch (const ToolError&) {
    return Verdict::kUndecided;  // Yosys takes less Verilog than Icarus
  }
  std::string text;
  try {
    text = run_abc("cec emitted.blif changed.blif", folder, seconds);
  } catch (const ToolError&) {
    return Verdict::kUndecided;  // ports or registers of another width
  }
  if (contains(text, "are equivalent")) return Verdict::kProven;
  if (contains(text, "NOT EQUIVALENT")) return Verdict::kRefuted;
  return Verdict::kUndecided;
}

}  // namespace napier::explore::ladder

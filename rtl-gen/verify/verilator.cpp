#include "rtl-gen/verify/verilator.hpp"

#include <cstdio>
#include <utility>

#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"

namespace napier::rtl {
namespace {

namespace fs = std::filesystem;

/// Lanes are alike: as hierarchical blocks each module is Verilated and compiled once, not once a lane.
constexpr const char* kBlocks = R"(`verilator_config
hier_block -module "napier_vector_lane"
hier_block -module "napier_accumulation_collector_lane"
)";

/// In a model of one block a lane's code stays a function of its own: half the compiler's work, and a fifth
/// faster.
constexpr const char* kFunctions = R"(`verilator_config
no_inline -module "napier_vector_lane"
no_inline -module "napier_accumulation_collector_lane"
)";

bool on_path(const std::string& program) {
  try {
    find_tool(program);
    return true;
  } catch (const ToolError&) {
    return false;
  }
}

/// The oldest Verilator that the generated text is tested with; docs/rtl.md.
constexpr int kOldestMajor = 5, kOldestMinor = 6;

/// Runs a tool on text that Napier generated. A refusal is a bug of the generator, not of the tool; a tool
/// that a signal ended (out of memory, for instance) has failed.
void run_on_generated(const std::vector<std::string>& command, const fs::path& root, const fs::path& log) {
  const int code = run_process(command, root, log);
  if (code == 0) return;
  const std::string failure = describe_failure(command, code, log);
  if (code >= 128) throw ToolError(failure);
  throw InternalError("the generated text was refused; please report this with the design: " + failure);
}

bool is_verilog(const EmittedFile& file) { return file.path.extension() == ".sv"; }

std::vector<std::string> build_command(const fs::path& root, const std::vector<EmittedFile>& design,
                                       const std::vector<EmittedFile>& harness, const fs::path& folder,
                                       ModelBuild build) {
  std::vector<std::string> command = {
      "verilator", "--cc",          "--exe",        "--build",      "-j", "2",      "-Wno-fatal",
      "-Mdir",     folder.string(), "--top-module", "napier_probe", "-o", "harness"};
  if (build == ModelBuild::kFastModel) {
    command.insert(command.end(), {"--hierarchical", "-O3", "-MAKEFLAGS", "OPT_FAST=-O1",
                                   (root / "verify/blocks.vlt").string()});
  } else if (build == ModelBuild::kFlatModel) {
    command.insert(command.end(),
                   {"-O3", "-MAKEFLAGS", "OPT_FAST=-O2", (root / "verify/functions.vlt").string()});
  } else {
    command.insert(command.end(), {"-O1", "-MAKEFLAGS", "OPT_FAST=-O0", "-MAKEFLAGS", "OPT_SLOW=-O0",
                                   "-MAKEFLAGS", "OPT_GLOBAL=-O1"});
  }
  if (build == ModelBuild::kCoverage) command.insert(command.end(), {"--coverage-line", "--coverage-toggle"});
  if (on_path("ccache")) command.insert(command.end(), {"-MAKEFLAGS", "OBJCACHE=ccache"});
  for (const auto* files : {&design, &harness}) {
    for (const EmittedFile& file : *files) {
      if (is_verilog(file) || file.path.extension() == ".cpp") command.push_back((root / file.path).string());
    }
  }
  return command;
}

/// Everything that decides the model.
std::string content_hash(const std::vector<EmittedFile>& design, const std::vector<EmittedFile>& harness,
                         ModelBuild build) {
  std::string all = build == ModelBuild::kFastModel   ? kBlocks
                    : build == ModelBuild::kFlatModel ? kFunctions
                    : build == ModelBuild::kFastBuild ? "flat"
                                                      : "coverage";
  for (const auto* files : {&design, &harness}) {
    for (const EmittedFile& file : *files) all += file.path.string() + '\0' + file.text + '\0';
  }
  return sha256(all).substr(0, 16);
}

}  // namespace

void check_verilator(const fs::path& scratch) {
  for (const char* program : {"verilator", "make", "g++"}) find_tool(program);
  const fs::path answer = scratch / "verilator_version.log";
  fs::remove(answer);
  run_tool({"verilator", "--version"}, scratch, answer);
  const std::string text = read_file(answer);
  fs::remove(answer);
  int major = 0, minor = 0;
  // "Verilator 5.006 2023-01-22 rev (Debian 5.006-3)"
  const bool known = std::sscanf(text.c_str(), "Verilator %d.%d", &major, &minor) == 2;
  if (known && std::pair(major, minor) >= std::pair(kOldestMajor, kOldestMinor)) return;
  throw ToolError("Verilator 5.006 or newer is needed, and '" + find_tool("verilator").string() +
                  "' says it is: " + text.substr(0, text.find('\n')) +
                  "\nDebian 12 and newer have one: apt-get install verilator");
}

void lint_with_verilator(const fs::path& root, const std::vector<EmittedFile>& design, const std::string& top,
                         const fs::path& log) {
  std::vector<std::string> command = {"verilator", "--lint-only", "-Wall", "--top-module", top};
  for (const EmittedFile& file : design) {
    if (is_verilog(file)) command.push_back(file.path.string());
  }
  run_on_generated(command, root, log);
}

BuiltModel build_model(const fs::path& root, const std::vector<EmittedFile>& design,
                       const std::vector<EmittedFile>& harness, const fs::path& log, ModelBuild build) {
  const fs::path folder = fs::absolute(root / "build" / content_hash(design, harness, build));
  const fs::path program = folder / "harness";
  if (fs::exists(folder / "complete")) return {program, true};
  fs::remove_all(folder);
  fs::create_directories(folder);
  write_file(root / "verify/blocks.vlt", kBlocks);
  write_file(root / "verify/functions.vlt", kFunctions);
  run_on_generated(build_command(fs::absolute(root), design, harness, folder, build), root, log);
  write_file(folder / "complete", "");
  return {program, false};
}

}  // namespace napier::rtl

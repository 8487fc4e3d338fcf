#include "explore/verification.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "explore/subject.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"
#include "models/stimulus/explain.hpp"
#include "models/stimulus/handshake_log.hpp"
#include "models/stimulus/stimulus.hpp"
#include "models/trace/trace_check.hpp"
#include "rtl-gen/emit_design.hpp"
#include "rtl-gen/verify/harness.hpp"
#include "rtl-gen/verify/verilator.hpp"

namespace napier::explore {
namespace {

namespace fs = std::filesystem;

/// Cycles that the Verilog may run longer than SystemC before it is stopped: the lengths differ by then.
constexpr std::int64_t kSpareCycles = 64;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void run_harness(const fs::path& program, const fs::path& stimulus, const fs::path& log_file,
                 const VerifyOptions& options, std::int64_t max_cycles, const fs::path& log) {
  const std::vector<std::string> command = {
      fs::absolute(program).string(),        fs::absolute(stimulus).string(),
      fs::absolute(log_file).string(),       std::to_string(options.stall_seed),
      std::to_string(options.stall_percent), std::to_string(max_cycles),
      std::to_string(options.reset_after)};
  run_tool(command, program.parent_path(), log);
}

}  // namespace

VerifyResult verify(const Design& design, const Trace& trace, const fs::path& folder,
                    const VerifyOptions& options) {
  return verify_files(design, trace, rtl::emit_design(design), folder, options);
}

VerifyResult verify_files(const Design& design, const Trace& trace,
                          const std::vector<rtl::EmittedFile>& files, const fs::path& folder,
                          const VerifyOptions& options) {
  check_trace_design(trace, design);
  const auto step = [&](const std::string& name) {
    if (options.progress) options.progress(name);
    return std::chrono::steady_clock::now();
  };
  rtl::check_verilator(folder);
  const Subject subject(trace, folder);
  const std::vector<rtl::EmittedFile> harness = rtl::emit_harness(design);
  for (const auto* group : {&files, &harness}) {
    for (const rtl::EmittedFile& file : *group) write_file(folder / file.path, file.text);
  }
  const fs::path log = folder / "tools.log";
  fs::remove(log);
  VerifyResult result;

  // First what takes a moment: a trace that SystemC does not reproduce is not worth a build.
  const auto systemc_start = step("run the SystemC model");
  result.systemc_cycles = subject.simulate(options);
  result.systemc_seconds = seconds_since(systemc_start);

  step("lint with Verilator");
  rtl::lint_with_verilator(folder, files, rtl::top_module(design), log);

  const auto build_start = step("build with Verilator");
  const rtl::BuiltModel model = rtl::build_model(folder, files, harness, log, options.build);
  result.model_reused = model.reused;
  result.build_seconds = seconds_since(build_start);

  const auto verilog_start = step("run the Verilog");
  const fs::path words = folder / "stimulus.bin";
  write_file(words, subject.harness_words());
  run_harness(model.program, words, subject.verilog_log(), options, result.systemc_cycles + kSpareCycles,
              log);
  result.verilog_seconds = seconds_since(verilog_start);

  step("compare");
  subject.count(result);
  result.difference = subject.first_difference();
  if (!result.equal()) return result;  // the logs stay, to be looked into
  fs::remove(words);
  if (!options.keep_logs) subject.remove_logs();
  return result;
}

std::string first_difference(const Trace& trace, const fs::path& systemc_log, const fs::path& verilog_log) {
  auto difference = compare_logs(systemc_log, verilog_log);
  if (!difference) difference = compare_with_golden(make_stimulus(trace), verilog_log);
  return difference ? explain(trace, *difference) : "";
}

std::string to_json(const VerifyResult& r) {
  const nlohmann::ordered_json json = {
      {"equal", r.equal()},
      {"systemc_cycles", r.systemc_cycles},
      {"verilog_cycles", r.verilog_cycles},
      {"channels", r.channels},
      {"handshakes_compared", r.handshakes_compared},
      {"words_compared", r.words_compared},
      {"golden_words", r.golden_words},
      {"difference", r.difference},
  };
  return json.dump(2) + "\n";
}

}  // namespace napier::explore

#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "models/trace/trace.hpp"
#include "rtl-gen/emitted_file.hpp"
#include "rtl-gen/verify/verilator.hpp"

/// Proves the generated Verilog against the SystemC model and the golden trace: valid and ready of every
/// channel in every cycle, and every word that moves. docs/rtl.md.
namespace napier::explore {

struct VerifyOptions {
  unsigned stall_percent = 0;  ///< cycles in which the host holds back a channel, 0..99 %
  std::uint64_t stall_seed = 0;
  /// The Verilog runs this many cycles, is reset in mid-flight, and only then begins the run that is
  /// compared.
  std::uint64_t reset_after = 0;
  rtl::ModelBuild build = rtl::ModelBuild::kFastModel;
  bool keep_logs = false;  ///< both handshake logs stay, also where they are equal
  /// Called with the name of each step as it begins.
  std::function<void(const std::string& step)> progress;
};

struct VerifyResult {
  std::int64_t systemc_cycles = 0;
  std::int64_t verilog_cycles = 0;
  std::int64_t channels = 0;
  std::int64_t handshakes_compared = 0;  ///< valid and ready pairs: channels times cycles
  std::int64_t words_compared = 0;       ///< words between SystemC and Verilog
  std::int64_t golden_words = 0;         ///< words of the Verilog held against the trace
  std::string difference;                ///< the first difference, explained; empty where all is equal
  bool model_reused = false;
  double build_seconds = 0, systemc_seconds = 0, verilog_seconds = 0;  ///< wall time
  bool equal() const { return difference.empty(); }
};

/// Generates, lints, builds and runs in `folder` (made by open_output_folder). Throws InputError where the
/// trace is of another design, ToolError where Verilator, make or the compiler is missing or too old,
/// MismatchError where the SystemC model leaves the golden trace, InternalError where Verilator or the
/// compiler refuses what was generated.
VerifyResult verify(const Design& design, const Trace& trace, const std::filesystem::path& folder,
                    const VerifyOptions& options);

/// As verify, of the Verilog in `files` instead of what the design generates.
VerifyResult verify_files(const Design& design, const Trace& trace,
                          const std::vector<rtl::EmittedFile>& files, const std::filesystem::path& folder,
                          const VerifyOptions& options);

/// The first difference between two handshake logs or, where they are equal, between the Verilog's and the
/// golden trace, explained; empty where there is none.
std::string first_difference(const Trace& trace, const std::filesystem::path& systemc_log,
                             const std::filesystem::path& verilog_log);

/// Counts as JSON, without times: the same for the same input.
std::string to_json(const VerifyResult& result);

}  // namespace napier::explore

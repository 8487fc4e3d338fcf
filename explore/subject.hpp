#pragma once
#include <memory>
#include <vector>

#include "explore/verification.hpp"
#include "models/accelerator/program.hpp"

namespace napier::explore {

/// What is verified, as three things that write and read the same words: a bare processing element, or an
/// accelerator with a log of its own and one of each element.
class Subject {
 public:
  Subject(const Trace& trace, std::filesystem::path folder);

  /// Runs SystemC; its logs stand in the folder. Returns the cycles.
  std::int64_t simulate(const VerifyOptions& options) const;
  /// What the Verilator harness reads.
  std::string harness_words() const;
  /// The harness derives the names of further logs from this one.
  std::filesystem::path verilog_log() const { return logs_.front().verilog; }
  /// Cycles, channels and words of the Verilog's logs.
  void count(VerifyResult& result) const;
  /// The first difference, explained; empty where there is none.
  std::string first_difference() const;
  void remove_logs() const;

 private:
  struct Log {
    std::filesystem::path systemc, verilog;
    std::string place;             ///< "" or "element 0: "
    const Trace* trace = nullptr;  ///< that its words come from; none: the accelerator's own channels
    const Stimulus* golden = nullptr;
  };
  void add_log(const std::string& suffix, const std::string& place, const Trace* trace,
               const Stimulus* golden);
  std::string difference(const Log& log) const;

  const Trace& trace_;
  std::filesystem::path folder_;
  Stimulus stimulus_;           ///< of a bare element
  AcceleratorProgram program_;  ///< of an accelerator
  std::vector<Log> logs_;
};

}  // namespace napier::explore

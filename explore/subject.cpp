#include "explore/subject.hpp"

#include "models/stimulus/explain.hpp"
#include "models/stimulus/handshake_log.hpp"
#include "rtl-gen/verify/harness.hpp"
#include "sim/child.hpp"

namespace napier::explore {
namespace {

namespace fs = std::filesystem;

/// A difference on the accelerator's own channels, whose words are descriptors, beats and words of banks.
std::string describe(const LogDifference& d) {
  using Kind = LogDifference::Kind;
  const std::string place = "cycle " + std::to_string(d.cycle);
  if (d.kind == Kind::kLength) return place + ": one run ended, the other went on";
  const std::string what = d.kind == Kind::kValid   ? "valid"
                           : d.kind == Kind::kReady ? "ready"
                                                    : "word " + std::to_string(d.word);
  return place + ", accelerator, channel " + d.channel + ": " + what + " expected " + d.expected + ", got " +
         d.actual;
}

}  // namespace

Subject::Subject(const Trace& trace, fs::path folder) : trace_(trace), folder_(std::move(folder)) {
  if (trace.design.array.elements == 0) {
    stimulus_ = make_stimulus(trace);
    add_log("", "", &trace_, &stimulus_);
    return;
  }
  program_ = make_program(trace);
  add_log("", "", nullptr, nullptr);
  for (std::size_t e = 0; e < program_.elements.size(); ++e) {
    const std::string number = std::to_string(e);
    const ElementShare& share = program_.elements[e];
    add_log(".element_" + number, "element " + number + ": ", &share.trace, &share.words);
  }
}

void Subject::add_log(const std::string& suffix, const std::string& place, const Trace* trace,
                      const Stimulus* golden) {
  logs_.push_back({folder_ / ("systemc" + suffix + ".hslog"), folder_ / ("verilog" + suffix + ".hslog"),
                   place, trace, golden});
}

std::int64_t Subject::simulate(const VerifyOptions& options) const {
  const Design& design = trace_.design;
  if (design.array.elements == 0) {
    sim::SimOptions how;
    how.stall_percent = options.stall_percent;
    how.stall_seed = options.stall_seed;
    how.handshake_log = logs_.front().systemc;
    return sim::simulate_in_child(design, trace_, how).cycles;
  }
  sim::AcceleratorOptions how;
  how.stall_percent = options.stall_percent;
  how.stall_seed = options.stall_seed;
  how.handshake_log = logs_.front().systemc;
  return sim::simulate_accelerator_in_child(design, trace_, how).cycles;
}

std::string Subject::harness_words() const {
  return trace_.design.array.elements == 0 ? rtl::harness_stimulus(trace_.design, stimulus_)
                                           : rtl::harness_stimulus(trace_.design, program_);
}

void Subject::count(VerifyResult& result) const {
  for (const Log& log : logs_) {
    HandshakeReader reader(log.verilog);
    const auto channels = static_cast<std::int64_t>(reader.channels().size());
    std::int64_t cycles = 0;
    while (reader.next()) ++cycles;
    if (&log == &logs_.front()) result.verilog_cycles = cycles;
    result.channels += channels;
    result.handshakes_compared += channels * cycles;
    for (std::size_t i = 0; i < reader.channels().size(); ++i)
      result.words_compared += reader.words_before(i);
    if (log.golden == nullptr) continue;
    const Stimulus& g = *log.golden;
    for (const WordStream* s : {&g.job, &g.a_fill, &g.b_fill, &g.bias, &g.mask, &g.drain, &g.out,
                                &g.update_job, &g.update_in, &g.update_out, &g.row_scale}) {
      result.golden_words += s->words();
    }
  }
  result.golden_words += program_.mem_req.words() + program_.mem_rsp.words();
}

std::string Subject::difference(const Log& log) const {
  auto found = compare_logs(log.systemc, log.verilog);
  if (!found && log.golden != nullptr) found = compare_with_golden(*log.golden, log.verilog);
  if (!found) return "";
  return log.place + (log.trace == nullptr ? describe(*found) : explain(*log.trace, *found));
}

std::string Subject::first_difference() const {
  for (const Log& log : logs_) {
    const std::string text = difference(log);
    if (!text.empty()) return text;
  }
  return "";
}

void Subject::remove_logs() const {
  for (const Log& log : logs_) {
    fs::remove(log.systemc);
    fs::remove(log.verilog);
  }
}

}  // namespace napier::explore

#include "sim/monitor.hpp"

#include <array>
#include <sstream>

#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::sim {
namespace {

std::vector<std::pair<std::string, int>> log_channels(const Design& design) {
  std::vector<std::pair<std::string, int>> result;
  for (const napier::Channel& c : channels(design)) result.emplace_back(c.name, c.bits);
  return result;
}

}  // namespace

Monitor::Monitor(sc_core::sc_module_name name, const Trace& trace, const Stimulus& stimulus,
                 const ProcessingElement& element, const SimOptions& options)
    : sc_module(name),
      element_(element),
      probe_(trace.design, element.channels),
      check_(trace, stimulus),
      counter_(trace, stimulus, element),
      tiles_(0, records_in_order(trace), options.tiles),
      splits_events_(options.record_events),
      deadlock_cycles_(options.deadlock_cycles) {
  if (options.handshake_log) {
    log_file_ = *options.handshake_log;
    log_temporary_ = temporary_name(log_file_);
    try {
      log_ = std::make_unique<HandshakeWriter>(log_temporary_.string(), log_channels(trace.design));
    } catch (const std::runtime_error& e) {
      throw InputError(e.what());
    }
  }
  if (options.vcd) {
    VcdWindow window;
    window.from = options.vcd_from;
    if (options.vcd_to) window.to = *options.vcd_to;
    vcd_ = std::make_unique<VcdRecorder>(*options.vcd, trace.design, window);
    vcd_file_ = *options.vcd;
    if (options.gtkwave) gtkwave_ = *options.gtkwave;
  }
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

Monitor::~Monitor() {
  if (!log_) return;  // finished, or never begun
  log_.reset();
  std::error_code ignored;
  std::filesystem::remove(log_temporary_, ignored);
}

void Monitor::edge() {
  if (error_ || check_.finished()) return;
  try {
    observe();
  } catch (...) {
    error_ = std::current_exception();  // SystemC would turn it into a report of its own
    sc_core::sc_stop();
  }
}

void Monitor::observe() {
  const std::int64_t cycle = counter_.cycles();
  probe_.sample();
  if (log_) write_log();
  if (vcd_) vcd_->record(probe_, element_.status, cycle);
  check_.check(probe_, cycle);
  tiles_.see(cycle, element_.status.control.read(), probe_.moved(kJobChannel), probe_.moved(kIssueChannel));
  const std::size_t ended = counter_.records_ended();
  counter_.count(probe_);
  if (splits_events_ && counter_.records_ended() > ended) record_events_.end(element_.events());
  if (probe_.moved() != 0) last_move_ = cycle;
  if (check_.finished()) {
    sc_core::sc_stop();
  } else if (cycle - last_move_ >= deadlock_cycles_) {
    report_deadlock();
  }
}

void Monitor::write_log() {
  std::array<const void*, 64> data{};
  for (unsigned i = 0; i < probe_.channels().size(); ++i) {
    if (probe_.moved(i)) data[i] = probe_.word(i).data();
  }
  try {
    log_->cycle(probe_.valid(), probe_.ready(), data.data());
  } catch (const std::runtime_error& e) {
    throw InputError(e.what());
  }
}

void Monitor::report_deadlock() const {
  std::ostringstream text;
  text << "the simulated element has moved no word for " << deadlock_cycles_ << " cycles, up to cycle "
       << counter_.cycles() << ", with " << check_.words_left() << " words left. State of its blocks:\n";
  element_.dump(text);
  text << "channels offered and not taken:";
  for (unsigned i = 0; i < probe_.channels().size(); ++i) {
    if ((probe_.valid() >> i & 1) != 0 && !probe_.moved(i)) text << ' ' << probe_.channels()[i].name;
  }
  throw InternalError(text.str());
}

void Monitor::finish() {
  // A log or VCD of a run that went wrong is what one wants to look at: both are completed in any case.
  if (vcd_) vcd_->finish(counter_.cycles());
  if (!gtkwave_.empty()) write_file(gtkwave_, vcd_->gtkwave(vcd_file_));
  if (log_) {
    try {
      log_->finish();
    } catch (const std::runtime_error& e) {
      throw InputError(e.what());
    }
    log_.reset();
    std::filesystem::rename(log_temporary_, log_file_);
  }
  if (error_) std::rethrow_exception(error_);
  if (splits_events_) record_events_.end(element_.events());
}

}  // namespace napier::sim

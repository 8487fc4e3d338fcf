#include "sim/accelerator_monitor.hpp"

#include <array>
#include <sstream>

#include "models/accelerator/host_words.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/stimulus/handshake_log.hpp"
#include "models/stimulus/word_packer.hpp"

namespace napier::sim {

AcceleratorMonitor::AcceleratorMonitor(sc_core::sc_module_name name, const Trace& trace,
                                       const AcceleratorProgram& p, const Accelerator& accelerator,
                                       const Dram& dram, const AcceleratorOptions& options)
    : sc_module(name),
      program_(p),
      accelerator_(accelerator),
      dram_(dram),
      probe_(trace.design, accelerator.channels),
      counter_(trace, p, accelerator),
      splits_events_(options.record_events),
      words_left_(p.dma_job.words() + p.a_job.words() + p.b_job.words() + p.side_job.words() +
                  p.out_job.words() + p.mem_req.words() + p.mem_rsp.words()),
      deadlock_cycles_(options.deadlock_cycles) {
  for (std::size_t e = 0; e < accelerator.elements(); ++e) {
    element_probes_.emplace_back(trace.design, accelerator.element(e).channels);
    checks_.emplace_back(p.elements[e].trace, p.elements[e].words);
    tiles_.emplace_back(e, p.elements[e].gemm_of, options.tiles);
  }
  if (options.handshake_log) {
    open_log(*options.handshake_log, probe_.channels());
    for (std::size_t e = 0; e < accelerator.elements(); ++e) {
      open_log(element_log(*options.handshake_log, e), element_probes_[e].channels());
    }
  }
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

AcceleratorMonitor::~AcceleratorMonitor() {
  for (Log& log : logs_) {
    if (!log.writer) continue;  // finished
    log.writer.reset();
    std::error_code ignored;
    std::filesystem::remove(log.temporary, ignored);
  }
}

void AcceleratorMonitor::open_log(const std::filesystem::path& file,
                                  const std::vector<napier::Channel>& channels) {
  std::vector<std::pair<std::string, int>> names;
  for (const napier::Channel& c : channels) names.emplace_back(c.name, c.bits);
  Log log{file, temporary_name(file), nullptr};
  try {
    log.writer = std::make_unique<HandshakeWriter>(log.temporary.string(), names);
  } catch (const std::runtime_error& e) {
    throw InputError(e.what());
  }
  logs_.push_back(std::move(log));
}

void AcceleratorMonitor::edge() {
  if (error_ || words_left_ == 0) return;
  try {
    observe();
  } catch (...) {
    error_ = std::current_exception();  // SystemC would turn it into a report of its own
    sc_core::sc_stop();
  }
}

void AcceleratorMonitor::observe() {
  const std::int64_t cycle = counter_.cycles();
  probe_.sample();
  std::uint64_t moved = probe_.valid() & probe_.ready();
  for (ChannelProbe& element : element_probes_) {
    element.sample();
    moved |= element.moved();
  }
  if (!logs_.empty()) write_logs();
  check_words(cycle);
  for (std::size_t e = 0; e < tiles_.size(); ++e) {
    const ChannelProbe& element = element_probes_[e];
    tiles_[e].see(cycle, accelerator_.element(e).status.control.read(), element.moved(kJobChannel),
                  element.moved(kIssueChannel));
  }
  const std::size_t ended = counter_.products_ended();
  counter_.count(probe_, element_probes_);
  if (splits_events_ && counter_.products_ended() > ended) record_events_.end(events());
  if (moved != 0) last_move_ = cycle;
  if (words_left_ == 0) {
    sc_core::sc_stop();
  } else if (cycle - last_move_ >= deadlock_cycles_) {
    report_deadlock();
  }
}

void AcceleratorMonitor::check_words(std::int64_t cycle) {
  for (std::size_t e = 0; e < checks_.size(); ++e) check_element(e, cycle);
  if (probe_.moved(kMemReqChannel)) check_request(cycle);
  for (const unsigned channel : {kDmaJobChannel, kAJobChannel, kBJobChannel, kSideJobChannel, kOutJobChannel,
                                 kMemReqChannel, kMemRspChannel}) {
    words_left_ -= probe_.moved(channel) ? 1 : 0;
  }
}

void AcceleratorMonitor::check_element(std::size_t e, std::int64_t cycle) {
  try {
    checks_[e].check(element_probes_[e], cycle);
  } catch (const MismatchError& error) {
    throw MismatchError("element " + std::to_string(e) + ": " + error.what());
  }
}

/// Address, direction and data of a beat must be those of the host program.
void AcceleratorMonitor::check_request(std::int64_t cycle) {
  const WordStream& golden = program_.mem_req;
  const auto size = static_cast<std::size_t>(golden.word_bytes());
  const std::vector<std::uint8_t>& actual = probe_.word(kMemReqChannel);
  const std::string place =
      "cycle " + std::to_string(cycle) + ", dma, channel mem_req, word " + std::to_string(requests_) + ": ";
  if (requests_ >= golden.words()) throw MismatchError(place + "no word expected, got " + hex_word(actual));
  const auto expected = std::span(golden.bytes).subspan(static_cast<std::size_t>(requests_) * size, size);
  if (!std::ranges::equal(actual, expected)) {
    throw MismatchError(place + "expected " + hex_word(expected) + ", got " + hex_word(actual) +
                        " (address in the low 32 bits, write in bit 32)");
  }
  ++requests_;
}

void AcceleratorMonitor::write_logs() {
  std::array<const void*, 64> data{};
  const auto write = [&](Log& log, std::uint64_t valid, std::uint64_t ready, auto& probe) {
    for (unsigned i = 0; i < probe.channels().size(); ++i) {
      data[i] = (valid & ready) >> i & 1 ? probe.word(i).data() : nullptr;
    }
    log.writer->cycle(valid, ready, data.data());
  };
  try {
    write(logs_[0], probe_.valid(), probe_.ready(), probe_);
    for (std::size_t e = 0; e < element_probes_.size(); ++e) {
      ChannelProbe& probe = element_probes_[e];
      write(logs_[1 + e], probe.valid(), probe.ready(), probe);
    }
  } catch (const std::runtime_error& e) {
    throw InputError(e.what());
  }
}

void AcceleratorMonitor::report_deadlock() const {
  std::ostringstream text;
  text << "the simulated accelerator has moved no word for " << deadlock_cycles_ << " cycles, up to cycle "
       << counter_.cycles() << ", with " << words_left_ << " words left. State of its blocks:\n";
  accelerator_.dump(text);
  dram_.dump(text);
  text << "channels offered and not taken:";
  for (unsigned i = 0; i < probe_.channels().size(); ++i) {
    if (probe_.offered(i) && !probe_.moved(i)) text << ' ' << probe_.channels()[i].name;
  }
  for (std::size_t e = 0; e < element_probes_.size(); ++e) {
    const ChannelProbe& probe = element_probes_[e];
    for (unsigned i = 0; i < probe.channels().size(); ++i) {
      if ((probe.valid() >> i & 1) != 0 && !probe.moved(i)) {
        text << " element_" << e << '.' << probe.channels()[i].name;
      }
    }
  }
  throw InternalError(text.str());
}

std::vector<TileTime> AcceleratorMonitor::tiles() const {
  std::vector<TileTime> all;
  for (const TileRecorder& element : tiles_) {
    all.insert(all.end(), element.tiles().begin(), element.tiles().end());
  }
  return all;
}

std::vector<Event> AcceleratorMonitor::events() const {
  std::vector<Event> all = accelerator_.events();
  const std::vector<Event> memory = dram_.model().events();
  all.insert(all.end(), memory.begin(), memory.end());
  return all;
}

void AcceleratorMonitor::finish() {
  // Logs of a run that went wrong are what one wants to look at: they are completed in any case.
  for (Log& log : logs_) {
    try {
      log.writer->finish();
    } catch (const std::runtime_error& e) {
      throw InputError(e.what());
    }
    log.writer.reset();
    std::filesystem::rename(log.temporary, log.file);
  }
  if (error_) std::rethrow_exception(error_);
  for (std::size_t e = 0; e < checks_.size(); ++e) {
    if (checks_[e].finished()) continue;
    throw MismatchError("element " + std::to_string(e) + ": " + std::to_string(checks_[e].words_left()) +
                        " words of the trace have not moved when the run ends");
  }
  if (splits_events_) record_events_.end(events());
}

}  // namespace napier::sim

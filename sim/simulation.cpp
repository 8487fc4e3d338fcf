#include "sim/simulation.hpp"

#include <chrono>
#include <cstdlib>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/base/processor_time.hpp"
#include "models/design/design_file.hpp"
#include "models/stimulus/stimulus.hpp"
#include "sim/elaboration.hpp"
#include "sim/host.hpp"
#include "sim/monitor.hpp"

/// libsystemc's own main() calls this; Napier's programs have a main of their own, but the library asks for
/// it.
int sc_main(int, char*[]) { return EXIT_SUCCESS; }

namespace napier::sim {
namespace {

constexpr std::int64_t kChunk = 20000;  // cycles between looks at the clock and at Ctrl-C

void check_options(const SimOptions& options) {
  check_stall_percent(options.stall_percent);
  if (options.vcd_to && *options.vcd_to < options.vcd_from) {
    throw InputError("the VCD window ends at cycle " + std::to_string(*options.vcd_to) +
                     ", before it starts at " + std::to_string(options.vcd_from));
  }
}

/// Accumulations that overflow on the way to a trace's outputs. Lanes past row M add zeros, which cannot
/// overflow, except in a format without zero: their count is not in the trace.
void check_saturations(const Trace& trace, const std::vector<RecordCycles>& records) {
  const Design& d = trace.design;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const GemmRecord& r = trace.gemms[i];
    const bool pads_count = d.format.kind == FormatKind::kLns && d.format.zero == ZeroCode::kNone;
    if (pads_count && r.m % d.datapath.lanes != 0) continue;
    if (records[i].saturations == r.saturations) continue;
    throw MismatchError("matrix product " + std::to_string(i) +
                        ", accumulation_collector: " + std::to_string(records[i].saturations) +
                        " accumulations overflowed, the trace says " + std::to_string(r.saturations));
  }
}

SimResult collect(const Trace& trace, const Stimulus& stimulus, const CycleCounter& counter,
                  std::vector<Event> events) {
  SimResult result;
  result.cycles = counter.cycles();
  result.causes = counter.causes();
  result.update_causes = counter.update_causes();
  result.events = std::move(events);
  result.words_checked = stimulus.drain.words() + stimulus.out.words() + stimulus.update_out.words();
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    const GemmRecord& r = trace.gemms[i];
    RecordResult record{r.step, r.layer, r.pass, r.m, r.n, r.k};
    record.cycles = counter.records()[i].cycles;
    record.causes = counter.records()[i].causes;
    record.utilisation = utilisation(record.macs(), record.cycles, trace.design);
    result.macs += record.macs();
    result.records.push_back(record);
  }
  result.utilisation = utilisation(result.macs, result.cycles, trace.design);
  return result;
}

/// The element between host and monitor on one clock.
struct Bench {
  Bench(const Trace& trace, const Stimulus& stimulus, const SimOptions& options)
      : clock("clock", period, 0.5, period, true),
        element("processing_element", trace.design),
        host("host", trace.design, stimulus, {options.stall_percent, options.stall_seed}),
        monitor("monitor", trace, stimulus, element, options) {
    element.clock(clock);
    host.clock(clock);
    monitor.clock(clock);
    ElementChannels& c = element.channels;
    host.job.channel.bind(c.job);
    host.a_fill.channel.bind(c.a_fill);
    host.b_fill.channel.bind(c.b_fill);
    host.bias.channel.bind(c.bias);
    host.mask.channel.bind(c.mask);
    host.row_scale.channel.bind(c.row_scale);
    host.update_job.channel.bind(c.update_job);
    host.update_in.channel.bind(c.update_in);
    host.out_ready(c.out.ready);
    host.update_out_ready(c.update_out.ready);
  }

  /// Runs to the end; the clock's period is 1 ns of simulated time, whatever the design says.
  void run(std::int64_t words, const std::function<void(std::int64_t, double)>& progress) {
    while (sc_core::sc_get_status() != sc_core::SC_STOPPED) {
      sc_core::sc_start(period * static_cast<double>(kChunk));
      check_interrupt();
      if (!progress) continue;
      progress(monitor.cycles().cycles(),
               1.0 - static_cast<double>(monitor.words_left()) / static_cast<double>(words));
    }
  }

  const sc_core::sc_time period{1, sc_core::SC_NS};
  sc_core::sc_clock clock;
  ProcessingElement element;
  Host host;
  Monitor monitor;
};

}  // namespace

double utilisation(std::int64_t macs, std::int64_t cycles, const Design& design) {
  const double slots = static_cast<double>(cycles) * design.datapath.lanes * design.datapath.vector;
  return cycles == 0 ? 0.0 : static_cast<double>(macs) / slots;
}

SimResult simulate(const Design& design, const Trace& trace, const SimOptions& options) {
  check_options(options);
  require_bare_element(design, "the simulation of an element");
  Trace replay = trace;
  replay.design = design;
  const Stimulus stimulus = make_stimulus(replay);
  begin_elaboration();
  const auto start = std::chrono::steady_clock::now();
  const double processor = processor_seconds();
  Bench bench(replay, stimulus, options);
  const std::int64_t words = bench.monitor.words_left();
  if (words > 0) bench.run(words, options.progress);
  bench.monitor.finish();
  check_saturations(replay, bench.monitor.cycles().records());
  SimResult result = collect(replay, stimulus, bench.monitor.cycles(), bench.element.events());
  result.tiles = bench.monitor.tiles();
  result.record_events = bench.monitor.record_events();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result.processor_seconds = processor_seconds() - processor;
  return result;
}

}  // namespace napier::sim

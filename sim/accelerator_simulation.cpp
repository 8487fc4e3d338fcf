#include "sim/accelerator_simulation.hpp"

#include <chrono>

#include "models/accelerator/host_words.hpp"
#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "sim/accelerator_monitor.hpp"
#include "sim/elaboration.hpp"
#include "sim/host.hpp"

namespace napier::sim {
namespace {

constexpr std::int64_t kChunk = 20000;  // cycles between looks at Ctrl-C

/// The host's side of an accelerator: the descriptors.
class ProgramHost : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(ProgramHost);
  ProgramHost(sc_core::sc_module_name name, const AcceleratorProgram& p, const HostStalls& stalls)
      : sc_module(name),
        dma(p.dma_job, kDmaJobChannel, 1,
            [](auto word, std::span<DmaJob> to) { to[0] = decode_dma_job(word); }),
        a(p.a_job, kAJobChannel, 1, &stream_job),
        b(p.b_job, kBJobChannel, 1, &stream_job),
        side(p.side_job, kSideJobChannel, 1, &stream_job),
        out(p.out_job, kOutJobChannel, 1, &stream_job),
        stalls_(stalls) {
    SC_METHOD(edge);
    sensitive << clock.pos();
    dont_initialize();
  }

  sc_core::sc_in_clk clock{"clock"};
  HostSource<DmaJob> dma;
  HostSource<StreamJob> a, b, side, out;

 private:
  static void stream_job(std::span<const std::uint8_t> word, std::span<StreamJob> to) {
    to[0] = decode_stream_job(word);
  }
  void start_of_simulation() override {
    dma.show(0, stalls_);
    for (HostSource<StreamJob>* source : {&a, &b, &side, &out}) source->show(0, stalls_);
  }
  void edge() {
    ++cycle_;
    dma.edge(cycle_, stalls_);
    for (HostSource<StreamJob>* source : {&a, &b, &side, &out}) source->edge(cycle_, stalls_);
  }

  HostStalls stalls_;
  std::uint64_t cycle_ = 0;
};

std::unique_ptr<DramModel> make_dram(const Design& design, const AcceleratorOptions& options) {
  if (options.dram) return options.dram(design.memory);
  return std::make_unique<SimpleDram>(design.memory);
}

/// The accelerator between host, memory and monitor on one clock.
struct Bench {
  Bench(const Trace& trace, const AcceleratorProgram& program, const AcceleratorOptions& options)
      : clock("clock", period, 0.5, period, true),
        accelerator("accelerator", trace.design),
        host("host", program, {options.stall_percent, options.stall_seed}),
        dram("dram", trace.design, program.memory, make_dram(trace.design, options),
             {options.stall_percent, options.stall_seed}, kMemReqChannel, kMemRspChannel),
        monitor("monitor", trace, program, accelerator, dram, options) {
    accelerator.clock(clock);
    host.clock(clock);
    dram.clock(clock);
    monitor.clock(clock);
    AcceleratorChannels& c = accelerator.channels;
    host.dma.channel.bind(c.dma_job);
    host.a.channel.bind(c.a_job);
    host.b.channel.bind(c.b_job);
    host.side.channel.bind(c.side_job);
    host.out.channel.bind(c.out_job);
    dram.request.bind(c.mem_req);
    dram.answer.bind(c.mem_rsp);
  }

  /// Runs to the end; the clock's period is 1 ns of simulated time, whatever the design says.
  void run(std::int64_t words, const std::function<void(std::int64_t, double)>& progress) {
    while (sc_core::sc_get_status() != sc_core::SC_STOPPED) {
      sc_core::sc_start(period * static_cast<double>(kChunk));
      check_interrupt();
      if (!progress) continue;
      progress(monitor.counter().cycles(),
               1.0 - static_cast<double>(monitor.words_left()) / static_cast<double>(words));
    }
  }

  const sc_core::sc_time period{1, sc_core::SC_NS};
  sc_core::sc_clock clock;
  Accelerator accelerator;
  ProgramHost host;
  Dram dram;
  AcceleratorMonitor monitor;
};

/// As check_saturations of a bare element, over the elements' shares of each product.
void check_saturations(const Trace& trace, const AcceleratorProgram& program,
                       const AcceleratorCounter& counter) {
  const Design& d = trace.design;
  std::vector<std::int64_t> counted(trace.gemms.size());
  for (std::size_t e = 0; e < program.elements.size(); ++e) {
    const std::vector<RecordCycles>& records = counter.element(e).records();
    for (std::size_t i = 0; i < records.size(); ++i) {
      counted[program.elements[e].gemm_of[i]] += records[i].saturations;
    }
  }
  for (std::size_t i = 0; i < counted.size(); ++i) {
    const GemmRecord& r = trace.gemms[i];
    const bool pads_count = d.format.kind == FormatKind::kLns && d.format.zero == ZeroCode::kNone;
    if (pads_count && r.m % d.datapath.lanes != 0) continue;
    if (counted[i] == r.saturations) continue;
    throw MismatchError("matrix product " + std::to_string(i) + ": " + std::to_string(counted[i]) +
                        " accumulations overflowed, the trace says " + std::to_string(r.saturations));
  }
}

void complete(AcceleratorResult& result, const Trace& trace, const AcceleratorProgram& program) {
  const Design& d = trace.design;
  const double width = static_cast<double>(d.array.elements) * d.datapath.lanes * d.datapath.vector;
  const auto utilisation = [width](std::int64_t macs, std::int64_t cycles) {
    return cycles == 0 ? 0.0 : static_cast<double>(macs) / (static_cast<double>(cycles) * width);
  };
  for (ProductResult& product : result.products) {
    product.utilisation = utilisation(product.macs(), product.cycles);
    result.macs += product.macs();
  }
  result.utilisation = utilisation(result.macs, result.cycles);
  result.traffic = traffic(d, program);
  result.words_checked = program.mem_req.words();
  for (const ElementShare& e : program.elements) {
    result.words_checked += e.words.drain.words() + e.words.out.words() + e.words.update_out.words();
  }
}

}  // namespace

std::filesystem::path element_log(const std::filesystem::path& log, std::size_t element) {
  std::filesystem::path result = log;
  return result.replace_extension(".element_" + std::to_string(element) + log.extension().string());
}

AcceleratorResult simulate_accelerator(const Design& design, const Trace& trace,
                                       const AcceleratorOptions& options) {
  check_stall_percent(options.stall_percent);
  Trace replay = trace;
  replay.design = design;
  const AcceleratorProgram program = make_program(replay, options.blocks);
  begin_elaboration();
  const auto start = std::chrono::steady_clock::now();
  Bench bench(replay, program, options);
  const std::int64_t words = bench.monitor.words_left();
  if (words > 0) bench.run(words, options.progress);
  bench.monitor.finish();
  check_saturations(replay, program, bench.monitor.counter());
  if (bench.dram.contents() != program.expected) {
    throw MismatchError("the external memory does not hold the trace's outputs when the run ends");
  }
  AcceleratorResult result = bench.monitor.counter().result();
  complete(result, replay, program);
  result.events = bench.monitor.events();
  result.tiles = bench.monitor.tiles();
  result.record_events = bench.monitor.record_events();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace napier::sim

#include "rtl-gen/bench.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"
#include "models/base/temporary_folder.hpp"
#include "models/stimulus/stimulus.hpp"
#include "models/trace/reference.hpp"
#include "rtl-gen/emit_design.hpp"
#include "rtl-gen/verify/harness.hpp"
#include "rtl-gen/verify/verilator.hpp"

namespace napier::rtl {
namespace {

namespace fs = std::filesystem;

constexpr int kRuns = 5;
constexpr std::array<Shape, 1> kProduct = {{{64, 512, 1024}}};
constexpr const char* kMaxCycles = "100000000";

/// The default element, 32 x 32 with eight bins, weights updated by the host.
Design large_element() {
  Design design;
  design.name = "lns8_32x32";
  design.update.kind = UpdateKind::kHost;
  return design;
}

/// 16 x 16, a constant for each product.
Design small_element() {
  Design design = large_element();
  design.name = "lns8_16x16_per_element";
  design.datapath.lanes = 16;
  design.datapath.vector = 16;
  design.datapath.style = ConversionStyle::kPerElement;
  return design;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Processor time of the children that have ended.
double seconds_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double generation_seconds(const Design& design) {
  double best = 1e30;
  for (int i = 0; i < kRuns; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (emit_design(design).empty()) throw InternalError("the generator emits nothing");
    best = std::min(best, seconds_since(start));
  }
  return best;
}

struct Build {
  BuiltModel model;
  double seconds = 0;            ///< by the clock
  double processor_seconds = 0;  ///< of Verilator and compilers
};

Build build(const Design& design, const fs::path& folder, ModelBuild kind = ModelBuild::kFastModel) {
  const std::vector<EmittedFile> files = emit_design(design), harness = emit_harness(design);
  for (const auto* group : {&files, &harness}) {
    for (const EmittedFile& file : *group) write_file(folder / file.path, file.text);
  }
  Build b;
  const double before = seconds_of_children();
  const auto start = std::chrono::steady_clock::now();
  b.model = build_model(folder, files, harness, folder / "tools.log", kind);
  b.seconds = seconds_since(start);
  b.processor_seconds = seconds_of_children() - before;
  return b;
}

/// Cycles per second of processor time, the handshake log included.
double cycles_per_second(const Design& design, const Trace& trace, const fs::path& program,
                         const fs::path& folder) {
  write_file(folder / "stimulus.bin", harness_stimulus(design, make_stimulus(trace)));
  double best = 0;
  for (int i = 0; i < kRuns; ++i) {
    const fs::path log = folder / "run.log";
    fs::remove(log);
    const double before = seconds_of_children();
    run_tool({program.string(), (folder / "stimulus.bin").string(), (folder / "handshakes.log").string(), "0",
              "0", kMaxCycles, "0"},
             folder, log);
    const double seconds = seconds_of_children() - before;
    best = std::max(best, std::strtod(read_file(log).c_str(), nullptr) / seconds);
  }
  return best;
}

}  // namespace

std::vector<BenchRow> bench_verilog() {
  const TemporaryFolder temporary;
  const fs::path& folder = temporary.path();
  check_verilator(folder);
  setenv("CCACHE_DISABLE", "1", 1);  // compilers of this process compile
  const Design large = large_element(), small = small_element();
  const Build first = build(large, folder / "large"), again = build(large, folder / "large");
  if (!again.model.reused) throw InternalError("a model that is there is built anew");
  const Build lean = build(small, folder / "small");
  const Trace trace = random_trace(small, kProduct, 1);
  const double rate = cycles_per_second(small, trace, lean.model.program, folder / "small");
  const Build flat = build(small, folder / "small", ModelBuild::kFlatModel);
  const double flat_rate = cycles_per_second(small, trace, flat.model.program, folder / "small");
  return {{"generate_32x32.time", 1e3 * generation_seconds(large), "ms", "", 0.0},
          {"build_32x32.time", first.seconds, "s", "", 0.0},
          {"build_32x32.processor_time", first.processor_seconds, "s", "", 0.0},
          {"build_32x32_again.time", again.seconds, "s", "build_32x32.time", again.seconds / first.seconds},
          {"build_16x16_per_element.time", lean.seconds, "s", "", 0.0},
          {"verilated_16x16_per_element.cycles", rate, "cycles/s", "", 0.0},
          {"build_16x16_per_element_one_block.time", flat.seconds, "s", "", 0.0},
          {"verilated_16x16_per_element_one_block.cycles", flat_rate, "cycles/s",
           "verilated_16x16_per_element.cycles", flat_rate / rate}};
}

double verilated_cycles_per_second(const Design& design, const Trace& trace) {
  const TemporaryFolder temporary;
  check_verilator(temporary.path());
  const Build built = build(design, temporary.path() / "model");
  return cycles_per_second(design, trace, built.model.program, temporary.path() / "model");
}

}  // namespace napier::rtl

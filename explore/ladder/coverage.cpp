#include "explore/ladder/coverage.hpp"

#include <array>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "explore/csv.hpp"
#include "explore/ladder/traces.hpp"
#include "explore/verification.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/widths.hpp"
#include "models/trace/reference.hpp"
#include "models/units/accumulation_collector.hpp"
#include "models/units/lns_multiplier.hpp"
#include "models/units/vector_lane.hpp"
#include "rtl-gen/emit_design.hpp"
#include "sim/child.hpp"

namespace napier::explore::ladder {
namespace {

namespace fs = std::filesystem;

constexpr double kReached = 0.95;

/// Points that no replay of this size can reach, by file and signal, and why.
struct Unreachable {
  const char* pattern;  ///< of "file signal[bit]"
  const char* reason;
};
const std::array<Unreachable, 7> kUnreachable = {{
    {".* unused.*", "not used by the design"},
    {".* "
     "(m_tiles|n_tiles|k_tiles|mt|nt|kt|window|pass|repeat|tiles_left|tile_row|row|column)(_i|_o|_q)?\\[([5-"
     "9]|1[0-9])\\]",
     "a counter of tiles: 32 and more of them in one product are replayed by longer traces alone"},
    {".* (left_q|words)\\[([6-9]|[12][0-9]|3[01])\\]",
     "a counter of words: 64 and more in one update are replayed by longer traces alone"},
    {".* (job_i|job|update_job_i|update_job)\\[.*\\]",
     "a job's fields: the upper bits of counts of tiles and of settings stay as they are"},
    {".* (gradient_exponent|gradient_exponent_i|gradient_exponent_q)\\[.*\\]",
     "a setting of one tensor, of a small range in random traces"},
    {".* (correction|step_log2|cap)(_i|_q)?\\[.*\\]",
     "a setting of one tensor, of a small range in random traces"},
    {".* (LogBeta|LogBound|Moment[A-Za-z]*)\\[.*\\]", "a constant"},
}};

/// One point of the Verilog's text: hits of it in all instances and runs.
using Points = std::map<std::string, std::int64_t>;

std::string field_of(const std::string& key, const std::string& name) {
  const std::string begin = "\x01" + name + "\x02";
  const std::size_t at = key.find(begin);
  if (at == std::string::npos) return "";
  const std::size_t start = at + begin.size();
  return key.substr(start, key.find('\x01', start) - start);
}

/// Adds the points of a coverage file: "C 'key' count", key fields f file, l line, t kind, o object.
void add_points(const fs::path& file, Points& points) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t end = line.rfind("' ");
    if (!line.starts_with("C '") || end == std::string::npos) continue;
    const std::string key = line.substr(3, end - 3);
    const std::string source = fs::path(field_of(key, "f")).filename().string();
    const std::string page = field_of(key, "page");
    if (source == "napier_probe.sv") continue;  // not part of the design
    const std::string kind = page.substr(0, page.find('/'));
    points[source + " " + field_of(key, "o") + " line " + field_of(key, "l") + " " + kind] +=
        std::stoll(line.substr(end + 2));
  }
}

std::string reason_of(const std::string& point) {
  const std::string name = point.substr(0, point.find(" line "));
  for (const Unreachable& u : kUnreachable) {
    if (std::regex_match(name, std::regex(u.pattern))) return u.reason;
  }
  return "";
}

/// Counts of what the replays made the datapath do.
using Function = std::map<std::string, std::int64_t>;

void count_operands(const Design& design, const GemmRecord& r, Function& function) {
  const LnsFormat format(design.format);
  for (int n = 0; n < r.n; ++n) {
    for (int m = 0; m < r.m; ++m) {
      for (int k = 0; k < r.k; ++k) {
        const Word a = r.a[static_cast<std::size_t>(m * r.k + k)],
                   b = r.b[static_cast<std::size_t>(n * r.k + k)];
        if (!widths::is_lns(design)) {
          ++function[a == 0 || b == 0 ? "zero operand" : "no zero operand"];
          continue;
        }
        const LnsProduct p = lns_multiply(format, a, b);
        ++function[p.zero ? "zero operand" : "no zero operand"];
        if (!p.zero) ++function["remainder " + std::to_string(p.exponent & (format.gamma() - 1))];
      }
    }
  }
}

void count_saturations(const Design& design, const GemmRecord& r, Function& function) {
  const VectorLane lane(design);
  const auto vector = static_cast<std::size_t>(design.datapath.vector),
             k_size = static_cast<std::size_t>(r.k);
  for (std::size_t n = 0; n < static_cast<std::size_t>(r.n); ++n) {
    for (std::size_t m = 0; m < static_cast<std::size_t>(r.m); ++m) {
      std::int32_t acc = r.bias.empty() ? 0 : r.bias[m];
      for (std::size_t k = 0; k < k_size; k += vector) {
        const std::size_t length = std::min(vector, k_size - k);
        const std::int64_t sum = lane(std::span(r.a).subspan(m * k_size + k, length),
                                      std::span(r.b).subspan(n * k_size + k, length));
        const AccumulateResult next =
            accumulate(acc, sum, design.datapath.accumulator_bits, design.datapath.overflow);
        if (next.overflowed) ++function[sum > 0 ? "overflow upwards" : "overflow downwards"];
        acc = next.value;
      }
    }
  }
}

/// A random trace; its first product has outputs that underflow. updates_last: its updates go on after the
/// products.
Trace telling_trace(const Design& design, int layers, std::uint64_t seed, bool updates_last) {
  Trace trace = small_trace(design, layers, seed);
  GemmRecord& first = trace.gemms.front();
  first.k_out += widths::is_lns(design) ? 15 << design.format.gamma_log2 : 15;
  first.post.bias_k = bias_k(design, first.k_a, first.k_b, first.k_out);
  compute_expected(design, first);
  if (!updates_last) return trace;
  const int rows = std::min(design.buffers.a_rows, 4);
  const std::array<Shape, 1> last = {Shape{2 * design.datapath.lanes, 1, rows * design.datapath.vector}};
  Trace more = random_trace(design, last, seed + 1000);
  trace.gemms.push_back(more.gemms.front());
  for (int i = 0; i < 8 * layers && !more.updates.empty(); ++i) trace.updates.push_back(more.updates.front());
  return trace;
}

/// Everything that must be seen, with 0 hits.
Function all_functions(const Design& design) {
  Function function = {{"overflow upwards", 0}, {"overflow downwards", 0}, {"no zero operand", 0},
                       {"output clamped", 0},   {"output underflow", 0},   {"output cleared by mask", 0},
                       {"raw output", 0}};
  if (!widths::is_lns(design) || design.format.zero == ZeroCode::kReserved) function["zero operand"] = 0;
  if (widths::is_lns(design)) {
    for (int r = 0; r < 1 << design.format.gamma_log2; ++r) function["remainder " + std::to_string(r)] = 0;
  }
  for (const sim::CauseText& cause : sim::kCauses) {
    if (cause.name != "idle" || design.update.kind == UpdateKind::kMadam)
      function["cycles " + std::string(cause.name)] = 0;
  }
  if (design.update.kind == UpdateKind::kMadam) {
    for (const sim::CauseText& cause : sim::kUpdateCauses)
      function["update cycles " + std::string(cause.name)] = 0;
  }
  return function;
}

void count_simulation(const Design& design, const sim::SimResult& r, Function& function) {
  for (std::size_t i = 0; i < r.causes.size(); ++i)
    function["cycles " + std::string(sim::kCauses[i].name)] += r.causes[i];
  if (design.update.kind == UpdateKind::kMadam) {
    for (std::size_t i = 0; i < r.update_causes.size(); ++i) {
      function["update cycles " + std::string(sim::kUpdateCauses[i].name)] += r.update_causes[i];
    }
  }
  const std::map<std::string, std::string> events = {{"clamped", "output clamped"},
                                                     {"underflows", "output underflow"},
                                                     {"masked", "output cleared by mask"},
                                                     {"raw_outputs", "raw output"}};
  for (const sim::Event& event : r.events) {
    for (const auto& [name, point] : events) {
      if (event.event == name && event.component.find("post") != std::string::npos)
        function[point] += event.count;
    }
  }
}

struct Reached {
  std::int64_t reached = 0, reachable = 0, excluded = 0;
};

Reached judge_design(const Design& design, const Climb& climb, const fs::path& folder, std::string& csv,
                     std::vector<std::string>& failures) {
  fs::create_directories(folder);
  const std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
  Points points;
  Function function = all_functions(design);
  constexpr std::array<unsigned, 4> kStalls = {0, 30, 60, 85};
  const int traces = climb.full() ? 12 : 3;
  for (int t = 0; t < traces; ++t) {
    const std::uint64_t seed = climb.seed + static_cast<std::uint64_t>(t);
    const Trace trace = telling_trace(design, climb.full() ? 24 : 12, seed, t == 0);
    climb.say("f coverage: " + design.name + ", trace " + std::to_string(t + 1) + " of " +
              std::to_string(traces));
    VerifyOptions options;
    options.stall_percent = kStalls[static_cast<std::size_t>(t) % kStalls.size()];
    options.stall_seed = seed;
    options.build = rtl::ModelBuild::kCoverage;
    const VerifyResult r = verify_files(design, trace, files, folder, options);
    if (!r.equal()) failures.push_back(design.name + ": " + r.difference);
    add_points(folder / "verilog.hslog.coverage", points);
    sim::SimOptions sim_options;
    sim_options.stall_percent = options.stall_percent;
    sim_options.stall_seed = seed;
    count_simulation(design, sim::simulate_in_child(design, trace, sim_options), function);
    for (const GemmRecord& record : trace.gemms) {
      count_operands(design, record, function);
      count_saturations(design, record, function);
    }
  }
  Reached total;
  for (const auto& [point, hits] : points) {
    const std::string reason = hits > 0 ? "" : reason_of(point);
    total.reached += hits > 0;
    total.reachable += reason.empty();
    total.excluded += !reason.empty();
    if (hits == 0) csv += csv_row({design.name, point, reason.empty() ? "not reached" : reason});
  }
  for (const auto& [point, hits] : function) {
    if (hits > 0) continue;
    csv += csv_row({design.name, point, "not reached"});
    failures.push_back(design.name + ": nothing made it do: " + point);
  }
  return total;
}

}  // namespace

RungResult climb_coverage(const Climb& climb, const fs::path& folder) {
  RungResult result;
  std::string csv = csv_row({"design", "point", "reason"});
  Reached all;
  const std::size_t designs = climb.full() ? climb.designs.size() : 1;
  for (std::size_t i = 0; i < designs; ++i) {
    const Design& design = climb.designs[i];
    const Reached one = judge_design(design, climb, folder / design.name, csv, result.failures);
    all.reached += one.reached;
    all.reachable += one.reachable;
    all.excluded += one.excluded;
    const double part =
        static_cast<double>(one.reached) / static_cast<double>(std::max<std::int64_t>(1, one.reachable));
    if (part < kReached) {
      char percent[16];
      std::snprintf(percent, sizeof percent, "%.1f", 100 * part);
      result.failures.push_back(
          design.name + ": " + percent +
          " % of the reachable points are reached, fewer than 95 %; the others stand in " +
          (folder / "uncovered.csv").string());
    }
  }
  write_file(folder / "uncovered.csv", csv);
  result.count = all.reached;
  char percent[16];
  std::snprintf(
      percent, sizeof percent, "%.1f",
      100 * static_cast<double>(all.reached) / static_cast<double>(std::max<std::int64_t>(1, all.reachable)));
  result.summary = std::string(percent) + " % of " + std::to_string(all.reachable) +
                   " reachable lines and toggles in " + std::to_string(designs) +
                   " designs, every functional point; " + std::to_string(all.excluded) +
                   " not reachable here, each with its reason";
  return result;
}

}  // namespace napier::explore::ladder

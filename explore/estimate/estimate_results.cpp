#include "explore/estimate/estimate_results.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "explore/csv.hpp"
#include "explore/estimate/roofline.hpp"
#include "models/base/files.hpp"
#include "models/base/trace_events.hpp"
#include "models/config/scalar.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"

namespace napier::explore {
namespace {

std::string shortest(double value) { return config::real_node(value).text; }

/// The products of one layer's pass together, in the order in which they first run.
struct PassSum {
  std::size_t layer;
  TrainingPass pass;
  ElementCycles cycles;
  ElementEvents events;
  std::int64_t products = 0, macs = 0;
  std::int64_t a_fetched = 0, b_fetched = 0, a_distinct = 0, b_distinct = 0;
};

std::vector<PassSum> sums_by_pass(const Estimate& estimate) {
  std::vector<PassSum> sums;
  for (const ProductEstimate& e : estimate.products) {
    if (sums.empty() || sums.back().layer != e.layer || sums.back().pass != e.product.pass) {
      sums.push_back({e.layer, e.product.pass, {}, {}});
    }
    PassSum& sum = sums.back();
    sum.cycles += e.cycles;
    sum.events += e.events;
    sum.products += e.times;
    sum.macs += e.macs;
    sum.a_fetched += e.a_fetched;
    sum.b_fetched += e.b_fetched;
    sum.a_distinct += e.a_distinct;
    sum.b_distinct += e.b_distinct;
  }
  return sums;
}

double utilisation(const Design& d, std::int64_t macs, std::int64_t cycles) {
  const double slots = static_cast<double>(cycles) * d.datapath.lanes * d.datapath.vector;
  return slots > 0 ? static_cast<double>(macs) / slots : 0.0;
}

double bytes(const Design& d, const ElementEvents& events) {
  return static_cast<double>(traffic_bits(d, events)) / 8;
}

std::string pass_text(TrainingPass pass) { return std::string(training_pass_name(pass)); }

}  // namespace

std::vector<sim::Statistic> estimate_statistics(const Design& d, const Workload& w, const Estimate& e) {
  const auto count = [](std::int64_t value) { return static_cast<double>(value); };
  ElementCycles cycles;
  ElementEvents events;
  std::int64_t additions = 0, words = 0;
  for (const ProductEstimate& p : e.products) {
    cycles += p.cycles;
    events += p.events;
    additions += p.host_additions;
  }
  for (const UpdateEstimate& u : e.updates) words += u.words;
  std::vector<sim::Statistic> all = {
      {"cycles", count(e.cycles()), true, "cycles", "length of the step"},
      {"time", count(e.cycles()) * d.clock.period_ns, false, "ns", "length of the step at clock.period_ns"},
      {"product_cycles", count(e.product_cycles), true, "cycles", "up to the last output of the products"},
      {"update_cycles", count(e.update_cycles), true, "cycles", "of the updates, after the products"},
      {"batch", count(w.batch), true, "samples", "samples of the step"},
      {"macs", count(e.macs), true, "products", "products that the step needs, ragged tiles apart"},
      {"macs_per_cycle", e.cycles() == 0 ? 0.0 : count(e.macs) / count(e.cycles()), false, "products/cycle",
       "macs divided by cycles"},
      {"utilisation", e.utilisation, false, "ratio", "macs divided by cycles x lanes x vector"},
      {"channel_bytes", bytes(d, events), false, "bytes", "that cross the element's channels, updates apart"},
      {"macs_per_byte", bytes(d, events) > 0 ? count(e.macs) / bytes(d, events) : 0.0, false, "products/byte",
       "macs divided by channel_bytes"},
  };
  const auto spent = values(cycles);
  for (std::size_t i = 0; i < spent.size(); ++i) {
    for (const sim::CauseText& cause : sim::kCauses) {
      if (cause.name != kElementCauses[i]) continue;
      all.push_back({"cause." + std::string(cause.name), count(spent[i]), true, "cycles",
                     std::string(cause.description)});
    }
  }
  const auto event = [&](const std::string& name, std::int64_t value, const std::string& unit,
                         const std::string& description) {
    all.push_back({"event." + name, count(value), true, unit, description});
  };
  event("jobs", events.jobs, "jobs", "jobs of the sequencer");
  event("lane_macs", events.macs, "products", "products in the lanes, padding included");
  event("a_fill", events.a_fill, "words", "vectors into buffer A");
  event("b_fill", events.b_fill, "words", "vectors into buffer B");
  event("a_loads", events.a_loads, "rows", "rows of A into the stationary registers");
  event("issues", events.issues, "vectors", "B vectors into the lanes");
  event("bias", events.bias, "words", "bias words");
  event("row_scale", events.row_scale, "words", "words of row scales");
  event("out", events.out, "words", "output words");
  event("update_in", words, "words", "words of weights into the update unit");
  all.push_back({"host.additions", count(additions), true, "additions", "of the host, sums of pieces of K"});
  all.push_back({"host.weights", count(e.host_weights), true, "weights", "that the host updates"});
  all.push_back({"host.unknown_operators", count(static_cast<std::int64_t>(w.unknown.size())), true,
                 "operators", "of the model, counted as the host's"});
  return all;
}

std::string passes_csv(const Design& d, const Workload& w, const Estimate& estimate) {
  std::vector<std::string> head = {"layer", "pass", "repeat", "products", "cycles"};
  for (const std::string_view cause : kElementCauses) head.emplace_back(cause);
  for (const char* name :
       {"update_cycles", "macs", "utilisation", "macs_per_byte", "a_distinct", "b_distinct", "a_fetched",
        "b_fetched", "channel_bytes", "a_fill", "b_fill", "a_loads", "issues", "bias", "row_scale", "out",
        "update_words", "lane_macs", "jobs"}) {
    head.emplace_back(name);
  }
  std::string csv = csv_row(head);
  const auto whole = [](std::int64_t value) { return std::to_string(value); };
  for (const PassSum& s : sums_by_pass(estimate)) {
    const WorkloadLayer& layer = w.layers[s.layer];
    std::vector<std::string> row = {layer.name, pass_text(s.pass), whole(layer.repeat), whole(s.products),
                                    whole(s.cycles.total())};
    for (const std::int64_t cycles : values(s.cycles)) row.push_back(whole(cycles));
    const double moved = bytes(d, s.events);
    for (const std::string& cell :
         {whole(0), whole(s.macs), shortest(utilisation(d, s.macs, s.cycles.total())),
          shortest(static_cast<double>(s.macs) / moved), whole(s.a_distinct), whole(s.b_distinct),
          whole(s.a_fetched), whole(s.b_fetched), shortest(moved), whole(s.events.a_fill),
          whole(s.events.b_fill), whole(s.events.a_loads), whole(s.events.issues), whole(s.events.bias),
          whole(s.events.row_scale), whole(s.events.out), whole(0), whole(s.events.macs),
          whole(s.events.jobs)}) {
      row.push_back(cell);
    }
    csv += csv_row(row);
  }
  for (const UpdateEstimate& u : estimate.updates) {
    const WorkloadLayer& layer = w.layers[u.layer];
    std::vector<std::string> row(head.size(), "0");
    row[0] = layer.name;
    row[1] = pass_text(TrainingPass::kUpdate);
    row[2] = whole(layer.repeat);
    for (std::size_t i = 0; i < head.size(); ++i) {
      if (head[i] == "update_cycles") row[i] = whole(u.cycles.total());
      if (head[i] == "update_words") row[i] = whole(u.words);
    }
    csv += csv_row(row);
  }
  return csv;
}

std::string products_csv(const Workload& w, const Estimate& estimate) {
  std::string csv = csv_row({"layer", "pass", "part", "times", "m", "n", "k", "stationary", "k_tiles",
                             "host_additions", "cycles", "utilisation"});
  for (const ProductEstimate& e : estimate.products) {
    const LayerProduct& p = e.product;
    csv += csv_row({w.layers[e.layer].name, pass_text(p.pass), p.part, std::to_string(e.times),
                    std::to_string(p.m), std::to_string(p.n), std::to_string(p.k),
                    e.mapping.stationary == Stationary::kA ? "a" : "b", std::to_string(e.mapping.k_tiles),
                    std::to_string(e.host_additions), std::to_string(e.cycles.total()),
                    shortest(e.utilisation)});
  }
  return csv;
}

std::string host_csv(const Workload& w, const Estimate& estimate) {
  std::string csv = csv_row({"work", "name", "count", "unit"});
  for (const ProductEstimate& e : estimate.products) {
    if (e.host_additions == 0) continue;
    csv += csv_row({"sums of pieces of K",
                    w.layers[e.layer].name + " " + pass_text(e.product.pass) +
                        (e.product.part.empty() ? "" : " " + e.product.part),
                    std::to_string(e.host_additions), "additions"});
  }
  for (const UpdateEstimate& u : estimate.updates) {
    if (u.words > 0) continue;
    csv += csv_row({"update", w.layers[u.layer].name, std::to_string(u.weights), "weights"});
  }
  for (const HostOperator& o : w.unknown) csv += csv_row({"operator " + o.kind, o.name, "1", "operators"});
  return csv;
}

std::string tiles_json(const Workload& w, const Estimate& estimate) {
  std::vector<TraceSpan> spans;
  for (const EstimatedTile& t : estimate.tiles) {
    const ProductEstimate& e = estimate.products[t.product];
    const std::string name = w.layers[e.layer].name + " " + pass_text(e.product.pass) +
                             (e.product.part.empty() ? "" : " " + e.product.part);
    const std::int64_t waits = t.span.issued + 1;
    const std::vector<std::pair<std::string, std::int64_t>> place = {{"m_tile", t.span.m_tile},
                                                                     {"n_tile", t.span.n_tile}};
    spans.push_back({1, name, t.span.begin, waits - t.span.begin, place});
    spans.push_back({2, name, waits, t.span.end - waits, place});
  }
  return trace_events_json({{1, "sequencer RUN"}, {2, "sequencer WAIT"}}, spans);
}

double channel_bytes_per_cycle(const Design& d) {
  const int vectors = (widths::stationary_words(d) + d.datapath.vector) * d.format.bits;  // a_fill and b_fill
  return (vectors + d.post_processor.lanes * widths::output_bits(d)) / 8.0;
}

std::string run_json(const EstimateRun& run) {
  nlohmann::ordered_json info;
  info["napier"] = run.version;
  info["command"] = "estimate";
  info["design_file"] = run.design_file;
  info["workload_file"] = run.workload_file;
  info["wall_seconds"] = run.seconds;
  return info.dump(2) + "\n";
}

void write_estimate(const std::filesystem::path& folder, const Design& d, const Workload& w,
                    const Estimate& estimate, const EstimateRun& run) {
  const auto all = estimate_statistics(d, w, estimate);
  write_file(folder / "stats.json", sim::statistics_json(all));
  write_file(folder / "stats.txt", sim::statistics_text(all));
  write_file(folder / "passes.csv", passes_csv(d, w, estimate));
  write_file(folder / "products.csv", products_csv(w, estimate));
  write_file(folder / "host.csv", host_csv(w, estimate));
  write_file(folder / "mapping.yaml", mapping_yaml(mappings_of(w, estimate)));
  write_file(folder / "resolved.yaml", resolved_yaml(d));
  if (!estimate.tiles.empty()) write_file(folder / "tiles.json", tiles_json(w, estimate));
  write_file(folder / "run.json", run_json(run));
  Roofline roofline;
  roofline.title = w.name + " on " + d.name;
  roofline.x = "Multiply-accumulates a byte on the element's channels";
  roofline.roof = "roof: lanes and channels";
  roofline.peak = static_cast<double>(d.datapath.lanes) * d.datapath.vector;
  roofline.slope = channel_bytes_per_cycle(d);
  for (const PassSum& s : sums_by_pass(estimate)) {
    const auto macs = static_cast<double>(s.macs);
    roofline.points.push_back(
        {s.pass, macs / bytes(d, s.events), macs / static_cast<double>(s.cycles.total())});
  }
  write_roofline(roofline, folder / "roofline.svg");
}

}  // namespace napier::explore

#include "explore/estimate/array_results.hpp"

#include "explore/csv.hpp"
#include "explore/estimate/roofline.hpp"
#include "models/base/files.hpp"
#include "models/config/scalar.hpp"
#include "models/design/design_file.hpp"

namespace napier::explore {
namespace {

std::string shortest(double value) { return config::real_node(value).text; }
std::string whole(std::int64_t value) { return std::to_string(value); }

double memory_bytes(const Design& d, const ArrayWork& work) {
  return static_cast<double>(work.beats_read + work.beats_written) * d.memory.dram_bits / 8;
}

double products_per_cycle(const Design& d) {
  return static_cast<double>(d.array.elements) * d.datapath.lanes * d.datapath.vector;
}

/// A layer's pass, or its update. The dma's cycles hold those of opening rows.
struct PassSum {
  std::size_t layer = 0;
  TrainingPass pass = TrainingPass::kForward;
  std::int64_t products = 0, macs = 0;
  ArrayWork work;
};

std::vector<PassSum> sums_by_pass(const Design& d, const ArrayEstimate& estimate) {
  std::vector<PassSum> sums;
  for (const ArrayProductEstimate& e : estimate.products) {
    if (sums.empty() || sums.back().layer != e.layer || sums.back().pass != e.product.pass) {
      sums.push_back({e.layer, e.product.pass, 0, 0, {}});
    }
    sums.back().products += e.times;
    sums.back().macs += e.macs;
    sums.back().work += e.work;
  }
  for (const ArrayUpdateEstimate& u : estimate.updates) {
    sums.push_back({u.layer, TrainingPass::kUpdate, 0, 0, u.work});
  }
  for (PassSum& s : sums) s.work.of(ArrayResource::kDma) += row_miss_cycles(d, s.work);
  return sums;
}

std::string resource_name(ArrayResource resource) {
  return std::string(kArrayResources[static_cast<std::size_t>(resource)]);
}

}  // namespace

std::vector<sim::Statistic> array_statistics(const Design& d, const Workload& w, const ArrayEstimate& e) {
  const auto count = [](std::int64_t value) { return static_cast<double>(value); };
  const ArrayWork& work = e.work;
  std::vector<sim::Statistic> all = {
      {"cycles_at_least", count(work.at_least()), true, "cycles", "no run of the step is shorter"},
      {"time_at_least", count(work.at_least()) * d.clock.period_ns, false, "ns",
       "cycles_at_least at clock.period_ns"},
      {"batch", count(w.batch), true, "samples", "samples of the step"},
      {"macs", count(e.macs), true, "products", "products that the step needs, ragged tiles apart"},
      {"utilisation_at_most", e.utilisation_at_most, false, "ratio",
       "macs divided by cycles_at_least x elements x lanes x vector"},
      {"memory_bytes", memory_bytes(d, work), false, "bytes", "that cross to and from the external memory"},
      {"macs_per_byte", memory_bytes(d, work) > 0 ? count(e.macs) / memory_bytes(d, work) : 0.0, false,
       "products/byte", "macs divided by memory_bytes"}};
  for (std::size_t r = 0; r < kArrayResources.size(); ++r) {
    all.push_back({"cycles." + std::string(kArrayResources[r]), count(work.cycles[r]), true, "cycles",
                   "that this engine needs if nothing ever makes it wait"});
  }
  const auto event = [&](const std::string& name, std::int64_t value, const std::string& unit,
                         const std::string& description) {
    all.push_back({"event." + name, count(value), true, unit, description});
  };
  event("jobs", work.jobs, "jobs", "jobs of the array");
  event("loads", work.loads, "descriptors", "loads of the dma");
  event("stores", work.stores, "descriptors", "stores of the dma");
  event("beats_read", work.beats_read, "beats", "of the external memory");
  event("beats_written", work.beats_written, "beats", "of the external memory");
  event("a_words", work.a_words, "words", "vectors on link a");
  event("b_words", work.b_words, "words", "vectors on link b, each for all active elements");
  event("side_words", work.side_words, "words", "words on link side");
  event("gather_words", work.gather_words, "words", "outputs and updated weights");
  event("issues", work.issues, "vectors", "B vectors into lanes, all elements");
  event("lane_macs", work.macs, "products", "products in the lanes, padding included");
  std::int64_t additions = 0;
  for (const ArrayProductEstimate& p : e.products) additions += p.host_additions;
  all.push_back({"host.additions", count(additions), true, "additions", "of the host, sums of pieces of K"});
  all.push_back({"host.weights", count(e.host_weights), true, "weights", "that the host updates"});
  all.push_back({"host.unknown_operators", count(static_cast<std::int64_t>(w.unknown.size())), true,
                 "operators", "of the model, counted as the host's"});
  return all;
}

std::string array_passes_csv(const Design& d, const Workload& w, const ArrayEstimate& estimate) {
  std::vector<std::string> head = {"layer", "pass", "repeat", "products", "cycles_at_least", "bottleneck"};
  for (const std::string_view resource : kArrayResources) head.emplace_back(resource);
  for (const char* name : {"macs", "utilisation_at_most", "memory_bytes", "macs_per_byte", "jobs", "loads",
                           "stores", "beats_read", "beats_written", "a_words", "b_words", "side_words",
                           "gather_words", "issues", "lane_macs"}) {
    head.emplace_back(name);
  }
  std::string csv = csv_row(head);
  for (const PassSum& s : sums_by_pass(d, estimate)) {
    const double cycles = static_cast<double>(s.work.at_least()), moved = memory_bytes(d, s.work);
    const auto macs = static_cast<double>(s.macs);
    std::vector<std::string> row = {
        w.layers[s.layer].name,          std::string(training_pass_name(s.pass)),
        whole(w.layers[s.layer].repeat), whole(s.products),
        whole(s.work.at_least()),        cycles > 0 ? resource_name(s.work.bottleneck()) : "host"};
    for (const std::int64_t c : s.work.cycles) row.push_back(whole(c));
    for (const std::string& cell :
         {whole(s.macs), shortest(cycles > 0 ? macs / (cycles * products_per_cycle(d)) : 0.0),
          shortest(moved), shortest(moved > 0 ? macs / moved : 0.0), whole(s.work.jobs), whole(s.work.loads),
          whole(s.work.stores), whole(s.work.beats_read), whole(s.work.beats_written), whole(s.work.a_words),
          whole(s.work.b_words), whole(s.work.side_words), whole(s.work.gather_words), whole(s.work.issues),
          whole(s.work.macs)}) {
      row.push_back(cell);
    }
    csv += csv_row(row);
  }
  return csv;
}

std::string array_products_csv(const Workload& w, const ArrayEstimate& estimate) {
  std::string csv = csv_row(
      {"layer", "pass", "part", "times", "m", "n", "k", "stationary", "k_tiles", "order", "host_additions"});
  for (const ArrayProductEstimate& e : estimate.products) {
    const LayerProduct& p = e.product;
    csv +=
        csv_row({w.layers[e.layer].name, std::string(training_pass_name(p.pass)), p.part, whole(e.times),
                 whole(p.m), whole(p.n), whole(p.k),
                 e.mapping.product.stationary == Stationary::kA ? "a" : "b", whole(e.mapping.product.k_tiles),
                 e.mapping.order == BlockOrder::kAOuter ? "a_outer" : "b_outer", whole(e.host_additions)});
  }
  return csv;
}

void write_array_estimate(const std::filesystem::path& folder, const Design& d, const Workload& w,
                          const ArrayEstimate& estimate, const EstimateRun& run) {
  const auto all = array_statistics(d, w, estimate);
  write_file(folder / "stats.json", sim::statistics_json(all));
  write_file(folder / "stats.txt", sim::statistics_text(all));
  write_file(folder / "passes.csv", array_passes_csv(d, w, estimate));
  write_file(folder / "products.csv", array_products_csv(w, estimate));
  write_file(folder / "resolved.yaml", resolved_yaml(d));
  write_file(folder / "run.json", run_json(run));
  Roofline roofline;
  roofline.title = w.name + " on " + d.name + ": at most";
  roofline.x = "Multiply-accumulates a byte of external memory";
  roofline.roof = "roof: lanes and external memory";
  roofline.peak = products_per_cycle(d);
  roofline.slope = d.memory.dram_bits / 8.0 / d.memory.dram_interval;
  for (const PassSum& s : sums_by_pass(d, estimate)) {
    if (s.macs == 0) continue;
    const auto macs = static_cast<double>(s.macs);
    roofline.points.push_back(
        {s.pass, macs / memory_bytes(d, s.work), macs / static_cast<double>(s.work.at_least())});
  }
  write_roofline(roofline, folder / "roofline.svg");
}

}  // namespace napier::explore

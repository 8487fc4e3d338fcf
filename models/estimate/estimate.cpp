#include "models/estimate/estimate.hpp"

#include <map>
#include <set>
#include <tuple>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/workload/checked.hpp"

namespace napier {
namespace {

/// Names of a product: layer, pass, part.
using Key = std::tuple<std::string, TrainingPass, std::string>;

std::string text(const Key& key) {
  const std::string& part = std::get<2>(key);
  return "layer '" + std::get<0>(key) + "', " + std::string(training_pass_name(std::get<1>(key))) +
         (part.empty() ? "" : " '" + part + "'");
}

class Estimator {
 public:
  Estimator(const Design& design, const Workload& workload, const EstimateOptions& options)
      : d_(design), w_(workload), options_(options), timeline_(design) {
    timeline_.record_tiles(options.tiles);
    for (const GivenMapping& g : options.mapping.mappings) {
      const Key key{g.layer, g.pass, g.part};
      if (given_.emplace(key, g.mapping).second) continue;
      throw InputError("the mapping names " + text(key) + " twice; remove one");
    }
  }

  Estimate run() {
    for (std::size_t l = 0; l < w_.layers.size(); ++l) run_passes(l, {TrainingPass::kForward});
    if (options_.training) {
      for (std::size_t l = w_.layers.size(); l-- > 0;) {
        run_passes(l, {TrainingPass::kWeightGradient, TrainingPass::kInputGradient});
      }
      for (std::size_t l = w_.layers.size(); l-- > 0;) update(l);
    }
    for (const auto& [key, mapping] : given_) {
      if (used_.contains(key)) continue;
      throw InputError("the mapping names " + text(key) + ", which this workload does not multiply");
    }
    result_.product_cycles = timeline_.cycles();
    const double slots = static_cast<double>(result_.cycles()) * d_.datapath.lanes * d_.datapath.vector;
    result_.utilisation = slots > 0 ? static_cast<double>(result_.macs) / slots : 0.0;
    return std::move(result_);
  }

 private:
  /// Some passes of a layer, one after another, for each of its repetitions.
  void run_passes(std::size_t l, std::initializer_list<TrainingPass> passes) {
    check_interrupt();
    const WorkloadLayer& layer = w_.layers[l];
    std::vector<ElementStep> steps;
    std::vector<std::size_t> of_step;  // product
    for (const TrainingPass pass : passes) {
      for (LayerProduct& product : pass_products(layer, pass, w_.batch)) {
        const Key key{layer.name, pass, product.part};
        ProductEstimate e = begin(l, std::move(product), key);
        const auto jobs = mapped_jobs(d_, e.product, e.mapping, text(key));
        for (ElementStep step : jobs) {
          step.count = checked_product({step.count, e.product.count}, text(key));
          steps.push_back(step);
          of_step.push_back(result_.products.size());
        }
        count(e, jobs, text(key));
        result_.products.push_back(std::move(e));
      }
    }
    const std::size_t tiles = timeline_.tiles().size();
    const std::vector<ElementCycles> cycles = timeline_.run(steps, layer.repeat);
    for (std::size_t t = tiles; t < timeline_.tiles().size(); ++t) {
      result_.tiles.push_back({of_step[timeline_.tiles()[t].step], timeline_.tiles()[t]});
    }
    for (std::size_t s = 0; s < steps.size(); ++s) result_.products[of_step[s]].cycles += cycles[s];
    for (const std::size_t p : std::set<std::size_t>(of_step.begin(), of_step.end())) {
      ProductEstimate& e = result_.products[p];
      const double slots = static_cast<double>(e.cycles.total()) * d_.datapath.lanes * d_.datapath.vector;
      e.utilisation = static_cast<double>(e.macs) / slots;
    }
  }

  ProductEstimate begin(std::size_t l, LayerProduct product, const Key& key) {
    ProductEstimate e;
    e.layer = l;
    e.mapping = mapping(product, key);
    e.product = std::move(product);
    e.times = checked_product({w_.layers[l].repeat, e.product.count}, text(key));
    return e;
  }

  ProductMapping mapping(const LayerProduct& p, const Key& key) {
    if (const auto given = given_.find(key); given != given_.end()) {
      used_.insert(key);
      return given->second;
    }
    const Shape shape{p.m, p.n, p.k, p.bias, p.weights_stay};
    const auto [found, fresh] = searched_.try_emplace(shape);
    if (fresh) found->second = best_mapping(d_, p, options_.objective, text(key));
    return found->second;
  }

  void count(ProductEstimate& e, const std::vector<ElementStep>& jobs, const std::string& place) {
    const LayerProduct& p = e.product;
    const auto all = [&](std::int64_t of_one, const std::string& what) {
      return checked_product({of_one, e.times}, place + ": " + what);
    };
    for (const ElementStep& s : jobs) {
      const std::int64_t times = all(s.count, "number of jobs");
      const ElementEvents one = element_events(d_, s.job);
      for (const std::int64_t events : {one.macs, one.a_fill, one.b_fill}) {
        checked_product({events, times}, place + ": number of events");
      }
      e.events += one.times(times);
    }
    traffic_bits(d_, e.events);  // fits as well, or says so
    e.macs = all(p.m * p.n * p.k, "number of multiply-accumulates");
    result_.macs = checked_add(result_.macs, e.macs, "number of multiply-accumulates");
    // The stationary operand is read once for each piece of n, the other once for each m tile.
    const bool swapped = e.mapping.stationary == Stationary::kB;
    const std::int64_t rows = swapped ? p.n : p.m;
    const std::int64_t streams = (rows + d_.datapath.lanes - 1) / d_.datapath.lanes;
    const std::int64_t columns = swapped ? p.m : p.n;
    const std::int64_t piece = kMostJobTiles * d_.collector.entries;
    const std::int64_t reads = (columns + piece - 1) / piece;
    const std::int64_t a = p.a_addresses.fetched(place), b = p.b_addresses.fetched(place);
    e.a_fetched = checked_product({a, swapped ? streams : reads, e.times}, place + ": elements fetched");
    e.b_fetched = checked_product({b, swapped ? reads : streams, e.times}, place + ": elements fetched");
    e.a_distinct = all(p.a_addresses.distinct(place), "elements");
    e.b_distinct = all(p.b_addresses.distinct(place), "elements");
    const std::int64_t size = e.mapping.k_tiles * d_.datapath.vector;
    const std::int64_t pieces = (p.k + size - 1) / size;
    e.host_additions = checked_product({p.m * p.n, pieces - 1, e.times}, place + ": additions of the host");
  }

  void update(std::size_t l) {
    const WorkloadLayer& layer = w_.layers[l];
    const std::string place = "layer '" + layer.name + "'";
    const std::int64_t weights = weight_count(layer, place);
    if (weights == 0) return;
    UpdateEstimate u;
    u.layer = l;
    u.times = layer.repeat;
    u.weights = checked_product({weights, layer.repeat}, place + ": number of weights");
    if (d_.update.kind != UpdateKind::kMadam) {
      result_.host_weights = checked_add(result_.host_weights, u.weights, "number of weights");
      result_.updates.push_back(u);
      return;
    }
    const UpdateCycles one = napier::update_cycles(d_, weights);
    u.words = update_words(d_, weights) * layer.repeat;
    u.cycles = {one.busy * layer.repeat, one.flush * layer.repeat, layer.repeat};
    const std::int64_t finishing = result_.update_cycles == 0 ? kUpdateFinishing : 0;
    result_.update_cycles = checked_add(result_.update_cycles, u.cycles.total() - finishing, "cycles");
    result_.updates.push_back(u);
  }

  struct Shape {
    std::int64_t m, n, k;
    bool bias, weights_stay;
    auto operator<=>(const Shape&) const = default;
  };

  const Design& d_;
  const Workload& w_;
  const EstimateOptions& options_;
  ElementTimeline timeline_;
  std::map<Key, ProductMapping> given_;
  std::set<Key> used_;
  std::map<Shape, ProductMapping> searched_;
  Estimate result_;
};

}  // namespace

Estimate estimate(const Design& design, const Workload& workload, const EstimateOptions& options) {
  return Estimator(design, workload, options).run();
}

MappingFile mappings_of(const Workload& workload, const Estimate& estimate) {
  MappingFile file;
  for (const ProductEstimate& e : estimate.products) {
    file.mappings.push_back({workload.layers[e.layer].name, e.product.part, e.product.pass, e.mapping});
  }
  return file;
}

}  // namespace napier

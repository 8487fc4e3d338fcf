#include "models/estimate/array_estimate.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/design/widths.hpp"
#include "models/workload/checked.hpp"

namespace napier {
namespace {

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

/// Vectors of K that a job can have: what buffer A, and half of banks a and b, hold of one tile.
std::int64_t most_k_tiles(const Design& d, const std::string& place) {
  const std::int64_t a = d.memory.a_words / 2 / (std::int64_t{d.array.elements} * d.datapath.lanes);
  const std::int64_t b = d.memory.b_words / 2 / d.collector.entries;
  if (a > 0 && b > 0) return std::min<std::int64_t>({d.buffers.a_rows, a, b});
  throw InputError(place + ": half of memory.a_words or memory.b_words does not hold one vector of K for a " +
                   "whole tile; raise them in the design");
}

int to_int(std::int64_t size, const std::string& place) {
  if (size <= std::numeric_limits<int>::max()) return static_cast<int>(size);
  throw InputError(place + ": a side of " + std::to_string(size) +
                   " is too long for the array; use a smaller batch");
}

ArrayWork work_of(const Design& d, const LayerProduct& p, const ArrayMapping& mapping,
                  const std::string& place) {
  const auto shapes = array_shapes(d, p, mapping.product, place);
  const bool pieces = shapes.size() > 1 || shapes.front().second > 1;  // raw sums, which the host adds
  ArrayWork work;
  for (const auto& [shape, count] : shapes) {
    Blocks blocks = largest_blocks(d, shape, place);
    blocks.order = mapping.order;
    work += product_work(d, shape, blocks, pieces).times(count);
  }
  return work;
}

std::int64_t bound(const Design& d, const ArrayWork& work) {
  ArrayWork with_misses = work;
  with_misses.of(ArrayResource::kDma) += row_miss_cycles(d, work);
  return with_misses.at_least();
}

/// Counts of one product times its repetitions; all of them fit.
ArrayWork checked_times(const Design& d, const ArrayWork& one, std::int64_t times, const std::string& place) {
  for (const std::int64_t count :
       {one.at_least(), one.macs, one.beats_read, one.beats_written, one.a_words}) {
    checked_product({count, times, 2}, place + ": number of events");
  }
  checked_product({row_miss_cycles(d, one) + 1, times, 2}, place + ": number of cycles");
  return one.times(times);
}

class Estimator {
 public:
  Estimator(const Design& design, const Workload& workload, Objective objective)
      : d_(design), w_(workload), objective_(objective) {}

  ArrayEstimate run(bool training) {
    const std::size_t layers = w_.layers.size();
    for (std::size_t l = 0; l < layers; ++l) add(l, TrainingPass::kForward);
    for (std::size_t l = layers; training && l-- > 0;) {
      add(l, TrainingPass::kWeightGradient);
      add(l, TrainingPass::kInputGradient);
    }
    for (std::size_t l = layers; training && l-- > 0;) update(l);
    ArrayWork& work = result_.work;
    work.of(ArrayResource::kDma) += row_miss_cycles(d_, work);
    const double slots =
        static_cast<double>(work.at_least()) * d_.array.elements * d_.datapath.lanes * d_.datapath.vector;
    result_.utilisation_at_most = slots > 0 ? static_cast<double>(result_.macs) / slots : 0.0;
    return std::move(result_);
  }

 private:
  void add(std::size_t l, TrainingPass pass) {
    check_interrupt();
    const WorkloadLayer& layer = w_.layers[l];
    for (LayerProduct& p : pass_products(layer, pass, w_.batch)) {
      const std::string place = "layer '" + layer.name + "', " + std::string(training_pass_name(pass)) +
                                (p.part.empty() ? "" : " '" + p.part + "'");
      ArrayProductEstimate e;
      e.layer = l;
      e.times = checked_product({layer.repeat, p.count}, place);
      const auto [found, fresh] = known_.try_emplace(Shape{p.m, p.n, p.k, p.bias, p.weights_stay});
      if (fresh) {
        found->second.first = best_array_mapping(d_, p, objective_, place);
        found->second.second = work_of(d_, p, found->second.first, place);
      }
      e.mapping = found->second.first;
      e.work = checked_times(d_, found->second.second, e.times, place);
      e.macs = checked_product({p.m * p.n * p.k, e.times}, place);
      const std::int64_t pieces = divide_up(p.k, e.mapping.product.k_tiles * d_.datapath.vector);
      e.host_additions = checked_product({p.m * p.n, pieces - 1, e.times}, place);
      e.product = std::move(p);
      add(e.work, e.macs);
      result_.products.push_back(std::move(e));
    }
  }

  void update(std::size_t l) {
    const WorkloadLayer& layer = w_.layers[l];
    const std::string place = "layer '" + layer.name + "'";
    const std::int64_t weights = weight_count(layer, place);
    if (weights == 0) return;
    ArrayUpdateEstimate u;
    u.layer = l;
    u.times = layer.repeat;
    u.weights = checked_product({weights, layer.repeat}, place);
    if (d_.update.kind == UpdateKind::kMadam) {
      const std::int64_t words = update_words(d_, weights);
      u.words = words * layer.repeat;
      u.work = checked_times(d_, update_work(d_, words), layer.repeat, place);
      add(u.work, 0);
    } else {
      result_.host_weights = checked_add(result_.host_weights, u.weights, "number of weights");
    }
    result_.updates.push_back(u);
  }

  void add(const ArrayWork& work, std::int64_t macs) {
    checked_add(bound(d_, result_.work), bound(d_, work), "the number of cycles");
    result_.macs = checked_add(result_.macs, macs, "number of multiply-accumulates");
    result_.work += work;
  }

  struct Shape {
    std::int64_t m, n, k;
    bool bias, weights_stay;
    auto operator<=>(const Shape&) const = default;
  };

  const Design& d_;
  const Workload& w_;
  Objective objective_;
  std::map<Shape, std::pair<ArrayMapping, ArrayWork>> known_;
  ArrayEstimate result_;
};

}  // namespace

std::vector<std::pair<ProductShape, std::int64_t>> array_shapes(const Design& d, const LayerProduct& p,
                                                                const ProductMapping& mapping,
                                                                const std::string& place) {
  const bool swapped = mapping.stationary == Stationary::kB;
  ProductShape shape;
  shape.m = to_int(swapped ? p.n : p.m, place);
  shape.n = to_int(swapped ? p.m : p.n, place);
  const std::int64_t size = std::min(p.k, mapping.k_tiles * d.datapath.vector);
  const std::int64_t whole = p.k / size, rest = p.k % size;
  shape.k = to_int(size, place);
  const bool one_piece = whole == 1 && rest == 0;
  shape.has_row_scales = widths::has_row_scales(d) && p.weights_stay && one_piece;
  shape.has_bias = p.bias;
  std::vector<std::pair<ProductShape, std::int64_t>> shapes = {{shape, p.bias ? 1 : whole}};
  shape.has_bias = false;
  if (p.bias && whole > 1) shapes.emplace_back(shape, whole - 1);
  shape.k = static_cast<int>(rest);
  if (rest > 0) shapes.emplace_back(shape, 1);
  for (const auto& [s, count] : shapes)
    element_job(d, 1, 1, s.k, place);  // K fits buffer A, and is not ragged
  return shapes;
}

ArrayMapping best_array_mapping(const Design& d, const LayerProduct& p, Objective objective,
                                const std::string& place) {
  using Cost = std::tuple<std::int64_t, std::int64_t>;
  const std::int64_t vectors = divide_up(p.k, d.datapath.vector), most = most_k_tiles(d, place);
  ArrayMapping best;
  Cost least{INT64_MAX, INT64_MAX};
  for (const Stationary stationary : legal_stationary(d, p)) {
    for (std::int64_t pieces = divide_up(vectors, most); pieces <= vectors; ++pieces) {
      const ProductMapping product{stationary, divide_up(vectors, pieces)};
      bool any = false;
      for (const BlockOrder order : {BlockOrder::kAOuter, BlockOrder::kBOuter}) {
        const ArrayMapping mapping{product, order};
        const ArrayWork work = work_of(d, p, mapping, place);
        Cost cost{bound(d, work), work.beats_read + work.beats_written};
        if (objective == Objective::kTraffic) cost = {std::get<1>(cost), std::get<0>(cost)};
        if (cost >= least) continue;
        least = cost;
        best = mapping;
        any = true;
      }
      if (!any) break;  // what is saved by larger blocks no longer pays for more outputs
    }
  }
  return best;
}

ArrayEstimate estimate_array(const Design& design, const Workload& workload, Objective objective,
                             bool training) {
  return Estimator(design, workload, objective).run(training);
}

}  // namespace napier

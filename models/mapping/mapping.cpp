#include "models/mapping/mapping.hpp"

#include <algorithm>
#include <tuple>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "models/workload/checked.hpp"

namespace napier {
namespace {

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

/// Rows of `a` have scales of their own where a scale belongs to an output channel.
bool has_scales(const Design& d, const LayerProduct& p) {
  return widths::has_row_scales(d) && p.weights_stay;
}
/// Vectors of weights may have scales of their own too; those come with `a` alone.
bool rows_are_special(const Design& d, const LayerProduct& p) {
  return p.bias || has_scales(d, p) || (widths::has_vector_scales(d) && p.weights_stay);
}

/// `total` in pieces of `size`, the last one smaller, as (size, count).
std::vector<std::pair<std::int64_t, std::int64_t>> pieces(std::int64_t total, std::int64_t size) {
  std::vector<std::pair<std::int64_t, std::int64_t>> result;
  if (total / size > 0) result.emplace_back(size, total / size);
  if (total % size > 0) result.emplace_back(total % size, 1);
  return result;
}

}  // namespace

std::vector<Stationary> legal_stationary(const Design& d, const LayerProduct& p) {
  if (rows_are_special(d, p)) return {Stationary::kA};
  return {Stationary::kA, Stationary::kB};
}

std::vector<ElementStep> mapped_jobs(const Design& d, const LayerProduct& p, const ProductMapping& mapping,
                                     const std::string& place) {
  const bool swapped = mapping.stationary == Stationary::kB;
  if (swapped && rows_are_special(d, p)) {
    throw InputError(place + ": biases and row scales belong to rows of a; let a be stationary");
  }
  if (mapping.k_tiles < 1 || mapping.k_tiles > d.buffers.a_rows) {
    throw InputError(place + ": k_tiles " + std::to_string(mapping.k_tiles) + " does not fit buffer A of " +
                     std::to_string(d.buffers.a_rows) + " rows");
  }
  const std::int64_t m = swapped ? p.n : p.m, n = swapped ? p.m : p.n;
  std::vector<ElementStep> steps;
  const bool whole = divide_up(p.k, d.datapath.vector) <= mapping.k_tiles;  // else the host rounds the sums
  bool first = true;
  for (const auto& [k, k_count] : pieces(p.k, mapping.k_tiles * d.datapath.vector)) {
    for (const auto& [rows, row_count] : pieces(m, kMostJobTiles * d.datapath.lanes)) {
      for (const auto& [columns, column_count] : pieces(n, kMostJobTiles * d.collector.entries)) {
        ElementStep step{element_job(d, rows, columns, k, place), 1};
        step.job.row_scales = has_scales(d, p) && whole;
        const std::int64_t count = checked_product({k_count, row_count, column_count}, place);
        // Only the first piece of K starts from the biases.
        const std::int64_t biased = p.bias && first ? count / k_count : 0;
        if (biased > 0) {
          step.job.bias = true;
          step.count = biased;
          steps.push_back(step);
          step.job.bias = false;
        }
        step.count = count - biased;
        if (step.count > 0) steps.push_back(step);
      }
    }
    first = false;
  }
  return steps;
}

std::int64_t traffic_bits(const Design& d, const ElementEvents& e) {
  const std::int64_t vector = std::int64_t{d.datapath.vector} * d.format.bits, lanes = d.post_processor.lanes;
  const std::string what = "traffic in bits";
  std::int64_t bits = checked_product({e.b_fill, vector}, what);
  for (const auto& [words, width] :
       {std::pair{e.a_fill, std::int64_t{widths::stationary_words(d)} * d.format.bits},
        std::pair{e.bias, lanes * d.datapath.accumulator_bits}, std::pair{e.row_scale, lanes * 16},
        std::pair{e.mask, lanes}, std::pair{e.out, lanes * widths::output_bits(d)},
        std::pair{e.jobs, std::int64_t{widths::job_bits(d)}}}) {
    bits = checked_add(bits, checked_product({words, width}, what), what);
  }
  return bits;
}

namespace {

/// Cycles first or bits first, as the objective says.
using Cost = std::tuple<std::int64_t, std::int64_t>;
Cost cost(Objective objective, std::int64_t cycles, std::int64_t bits) {
  return objective == Objective::kCycles ? Cost{cycles, bits} : Cost{bits, cycles};
}

/// Cycles of the mapping's jobs where no row of A ever waits to be filled.
std::int64_t fewest_cycles(const Design& d, const std::vector<ElementStep>& steps) {
  std::int64_t cycles = 0;
  for (const ElementStep& s : steps) {
    const ElementEvents e = element_events(d, s.job);
    const std::int64_t tiles = s.job.m_tiles * s.job.n_tiles;
    const std::int64_t of_one = e.issues + e.out + tiles * (widths::lane_latency(d) + 1);
    cycles = checked_add(cycles, checked_product({s.count, of_one}, "the number of cycles"),
                         "the number of cycles");
  }
  return cycles;
}

}  // namespace

ProductMapping best_mapping(const Design& d, const LayerProduct& p, Objective objective,
                            const std::string& place) {
  const std::int64_t vectors = divide_up(p.k, d.datapath.vector);
  ProductMapping best;
  Cost least{INT64_MAX, INT64_MAX};
  for (const Stationary stationary : legal_stationary(d, p)) {
    for (std::int64_t size = std::min<std::int64_t>(vectors, d.buffers.a_rows); size > 0; --size) {
      const ProductMapping mapping{stationary, size};
      const std::vector<ElementStep> steps = mapped_jobs(d, p, mapping, place);
      ElementEvents events;
      for (const ElementStep& s : steps) events += element_events(d, s.job).times(s.count);
      const std::int64_t bits = traffic_bits(d, events);
      if (cost(objective, fewest_cycles(d, steps), bits) >= least) break;  // smaller pieces are worse still
      ElementTimeline timeline(d);
      timeline.run(steps, 1);
      const Cost found = cost(objective, timeline.cycles(), bits);
      if (found >= least) continue;
      least = found;
      best = mapping;
    }
  }
  return best;
}

}  // namespace napier

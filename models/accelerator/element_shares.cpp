#include "models/accelerator/element_shares.hpp"

#include <algorithm>

#include "models/design/widths.hpp"

namespace napier {
namespace {

/// Appends the jobs of one matrix product.
void append_jobs(const Trace& trace, std::size_t record, const Blocks& blocks, std::vector<ArrayJob>& jobs) {
  const ArrayTiles t(trace.design, product_shape(trace.gemms[record]));
  const int a_blocks = (t.rounds + blocks.rounds - 1) / blocks.rounds;
  const int b_blocks = (t.n_tiles + blocks.tiles - 1) / blocks.tiles;
  const auto append = [&](int a, int b) {
    ArrayJob job;
    job.record = record;
    job.first_round = a * blocks.rounds;
    job.rounds = std::min(blocks.rounds, t.rounds - job.first_round);
    job.first_tile = b * blocks.tiles;
    job.tiles = std::min(blocks.tiles, t.n_tiles - job.first_tile);
    job.a_block = a;
    job.b_block = b;
    jobs.push_back(job);
  };
  if (blocks.order == BlockOrder::kAOuter) {
    for (int a = 0; a < a_blocks; ++a) {
      for (int b = 0; b < b_blocks; ++b) append(a, b);
    }
  } else {
    for (int b = 0; b < b_blocks; ++b) {
      for (int a = 0; a < a_blocks; ++a) append(a, b);
    }
  }
}

std::vector<int> columns_of(const Design& d, const GemmRecord& r, const ArrayJob& job) {
  std::vector<int> result;
  const int first = job.first_tile * d.collector.entries;
  const int last = std::min(r.n, first + job.tiles * d.collector.entries);
  for (int n = first; n < last; ++n) result.push_back(n);
  return result;
}

/// Rows of the m tiles that element `element` has in a job.
std::vector<int> rows_of(const Design& d, const GemmRecord& r, const ArrayJob& job, int element) {
  std::vector<int> result;
  for (int round = job.first_round; round < job.first_round + job.rounds; ++round) {
    const int first = (round * d.array.elements + element) * d.datapath.lanes;
    for (int m = first; m < std::min(r.m, first + d.datapath.lanes); ++m) result.push_back(m);
  }
  return result;
}

template <class T>
std::vector<T> picked(const std::vector<T>& from, const std::vector<int>& places) {
  std::vector<T> result;
  if (from.empty()) return result;
  result.reserve(places.size());
  for (const int p : places) result.push_back(from[static_cast<std::size_t>(p)]);
  return result;
}

/// Whole rows of `length` values, or of none.
template <class T>
std::vector<T> picked_rows(const std::vector<T>& from, const std::vector<int>& rows, int length) {
  std::vector<T> result;
  if (from.empty()) return result;
  result.reserve(rows.size() * static_cast<std::size_t>(length));
  for (const int row : rows) {
    const auto begin = from.begin() + std::ptrdiff_t{row} * length;
    result.insert(result.end(), begin, begin + length);
  }
  return result;
}

/// The part of a matrix n x m, or of none.
template <class T>
std::vector<T> part(const std::vector<T>& from, int m, const std::vector<int>& columns,
                    const std::vector<int>& rows) {
  std::vector<T> result;
  if (from.empty()) return result;
  result.reserve(columns.size() * rows.size());
  for (const int n : columns) {
    for (const int row : rows)
      result.push_back(
          from[static_cast<std::size_t>(n) * static_cast<std::size_t>(m) + static_cast<std::size_t>(row)]);
  }
  return result;
}

void add_product(const Trace& trace, const ArrayJob& job, int element, ElementShare& share) {
  const GemmRecord& r = trace.gemms[job.record];
  const std::vector<int> rows = rows_of(trace.design, r, job, element);
  if (rows.empty()) return;
  const std::vector<int> columns = columns_of(trace.design, r, job);
  GemmRecord mine;
  mine.step = r.step;
  mine.layer = r.layer;
  mine.pass = r.pass;
  mine.m = static_cast<int>(rows.size());
  mine.n = static_cast<int>(columns.size());
  mine.k = r.k;
  mine.a = picked_rows(r.a, rows, r.k);
  mine.b = picked_rows(r.b, columns, r.k);
  mine.bias = picked(r.bias, rows);
  mine.row_scales = picked(r.row_scales, rows);
  mine.vector_shifts = picked_rows(r.vector_shifts, rows, widths::vectors_of(trace.design, r.k));
  mine.mask = part(r.mask, r.m, columns, rows);
  mine.post = r.post;
  mine.raw = r.raw;
  mine.k_a = r.k_a;
  mine.k_b = r.k_b;
  mine.k_out = r.k_out;
  mine.acc = part(r.acc, r.m, columns, rows);
  mine.out = part(r.out, r.m, columns, rows);
  share.trace.gemms.push_back(std::move(mine));
  share.gemm_of.push_back(job.record);
}

/// Words of update.lanes weights go to the elements in turn.
void add_update(const Trace& trace, const ArrayJob& job, int element, ElementShare& share) {
  const UpdateRecord& r = trace.updates[job.record];
  const auto lanes = static_cast<std::size_t>(trace.design.update.lanes);
  UpdateRecord mine;
  mine.step = r.step;
  mine.layer = r.layer;
  mine.settings = r.settings;
  const auto elements = static_cast<std::size_t>(trace.design.array.elements);
  for (auto word = static_cast<std::size_t>(element); word * lanes < r.before.size(); word += elements) {
    for (std::size_t i = word * lanes; i < std::min(r.before.size(), (word + 1) * lanes); ++i) {
      mine.before.push_back(r.before[i]);
      mine.gradient.push_back(r.gradient[i]);
      mine.after.push_back(r.after[i]);
    }
  }
  if (!mine.before.empty()) share.trace.updates.push_back(std::move(mine));
}

}  // namespace

ProductShape product_shape(const GemmRecord& r) {
  return {r.m, r.n, r.k, !r.bias.empty(), !r.row_scales.empty(), !r.mask.empty()};
}

std::vector<ArrayJob> array_jobs(const Trace& trace, const std::vector<Blocks>& blocks) {
  std::vector<ArrayJob> jobs;
  const auto lanes = static_cast<std::int64_t>(trace.design.update.lanes);
  std::size_t update = 0;
  const auto append_updates = [&](bool all, std::int64_t before_step) {
    for (; update < trace.updates.size() && (all || trace.updates[update].step < before_step); ++update) {
      ArrayJob job;
      job.update = true;
      job.record = update;
      job.words = (static_cast<std::int64_t>(trace.updates[update].before.size()) + lanes - 1) / lanes;
      if (job.words > 0) jobs.push_back(job);
    }
  };
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    append_updates(false, trace.gemms[i].step);
    append_jobs(trace, i, blocks[i], jobs);
  }
  append_updates(true, 0);
  return jobs;
}

std::vector<ElementShare> element_shares(const Trace& trace, const std::vector<ArrayJob>& jobs) {
  std::vector<ElementShare> shares(static_cast<std::size_t>(trace.design.array.elements));
  for (std::size_t e = 0; e < shares.size(); ++e) {
    shares[e].trace.design = trace.design;
    for (const ArrayJob& job : jobs) {
      (job.update ? add_update : add_product)(trace, job, static_cast<int>(e), shares[e]);
    }
    shares[e].words = make_stimulus(shares[e].trace);
  }
  return shares;
}

}  // namespace napier

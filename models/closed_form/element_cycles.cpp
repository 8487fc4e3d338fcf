#include "models/closed_form/element_cycles.hpp"

#include <algorithm>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "models/workload/checked.hpp"

namespace napier {
namespace {

constexpr const char* kLength = "the number of cycles";
constexpr const char* kNumber = "the number of events";

/// Sums of the recurrence: unlike checked_add without a string a call.
void add(std::int64_t& sum, std::int64_t more, const char* what) {
  if (__builtin_add_overflow(sum, more, &sum)) refuse_count(what);
}
constexpr std::int64_t kNever = INT64_MIN / 4;  // before all cycles; sums with it do not overflow
constexpr std::array<std::int64_t ElementCycles::*, kElementCauses.size()> kCycles = {
    &ElementCycles::busy,  &ElementCycles::wait_a, &ElementCycles::load_bias, &ElementCycles::pipeline,
    &ElementCycles::drain, &ElementCycles::flush,  &ElementCycles::job,       &ElementCycles::idle};
constexpr std::array<std::int64_t ElementEvents::*, 10> kEvents = {
    &ElementEvents::jobs,      &ElementEvents::a_fill, &ElementEvents::b_fill,  &ElementEvents::bias,
    &ElementEvents::row_scale, &ElementEvents::mask,   &ElementEvents::a_loads, &ElementEvents::issues,
    &ElementEvents::macs,      &ElementEvents::out};

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

}  // namespace

ElementJob element_job(const Design& d, std::int64_t m, std::int64_t n, std::int64_t k,
                       const std::string& place) {
  if (m < 1 || n < 1 || k < 1) {
    throw InputError(place + ": a product of " + std::to_string(m) + " x " + std::to_string(n) + " x " +
                     std::to_string(k) + " has no elements");
  }
  ElementJob job;
  job.m_tiles = divide_up(m, d.datapath.lanes);
  job.n_tiles = divide_up(n, d.collector.entries);
  job.k_tiles = divide_up(k, d.datapath.vector);
  job.n_last = n - (job.n_tiles - 1) * d.collector.entries;
  job.g_last = divide_up(m - (job.m_tiles - 1) * d.datapath.lanes, d.post_processor.lanes);
  if (job.k_tiles > d.buffers.a_rows) {
    throw InputError(place + ": k = " + std::to_string(k) + " needs " + std::to_string(job.k_tiles) +
                     " rows of buffer A, which has " + std::to_string(d.buffers.a_rows) +
                     "; raise buffers.a_rows or datapath.vector in the design");
  }
  if (job.m_tiles > kMostJobTiles || job.n_tiles > kMostJobTiles) {
    throw InputError(place + ": more than 65535 tiles in one matrix product; use a smaller batch or layer");
  }
  if (widths::is_lns(d) && d.format.zero == ZeroCode::kNone && k % d.datapath.vector != 0) {
    throw InputError(place + ": k = " + std::to_string(k) + " is no multiple of datapath.vector = " +
                     std::to_string(d.datapath.vector) + ", and with format.zero none no word pads it;" +
                     " use format.zero reserved or a layer whose size is a multiple");
  }
  return job;
}

ElementCycles& ElementCycles::operator+=(const ElementCycles& other) {
  for (const auto member : kCycles) add(this->*member, other.*member, kLength);
  return *this;
}

ElementCycles& ElementCycles::operator-=(const ElementCycles& other) {
  for (const auto member : kCycles) this->*member -= other.*member;
  return *this;
}

ElementCycles ElementCycles::times(std::int64_t factor) const {
  ElementCycles result = *this;
  for (const auto member : kCycles) result.*member = checked_product({result.*member, factor}, kLength);
  return result;
}

std::array<std::int64_t, kElementCauses.size()> values(const ElementCycles& cycles) {
  std::array<std::int64_t, kElementCauses.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = cycles.*kCycles[i];
  return all;
}

ElementEvents& ElementEvents::operator+=(const ElementEvents& other) {
  for (const auto member : kEvents) add(this->*member, other.*member, kNumber);
  return *this;
}

ElementEvents ElementEvents::times(std::int64_t factor) const {
  ElementEvents result = *this;
  for (const auto member : kEvents) result.*member = checked_product({result.*member, factor}, kNumber);
  return result;
}

ElementEvents element_events(const Design& d, const ElementJob& job) {
  const std::int64_t groups = widths::drain_groups(d);
  const std::int64_t columns = (job.n_tiles - 1) * d.collector.entries + job.n_last;
  ElementEvents e;
  e.jobs = 1;
  e.a_fill = job.m_tiles * job.k_tiles * d.datapath.lanes;
  e.b_fill = e.issues = job.m_tiles * job.k_tiles * columns;
  e.a_loads = job.m_tiles * job.n_tiles * job.k_tiles;
  e.macs = e.issues * d.datapath.lanes * d.datapath.vector;
  e.out = columns * ((job.m_tiles - 1) * groups + job.g_last);
  e.bias = job.bias ? job.m_tiles * groups : 0;
  e.row_scale = job.row_scales ? job.m_tiles * groups : 0;
  e.mask = job.mask ? e.out : 0;
  return e;
}

ElementTimeline::ElementTimeline(const Design& d)
    : lanes_(d.datapath.lanes),
      entries_(d.collector.entries),
      groups_(widths::drain_groups(d)),
      latency_(widths::lane_latency(d)),
      post_(d.pipeline.post_process),
      rows_(d.buffers.a_rows),
      freed_(static_cast<std::size_t>(d.buffers.a_rows), kNever) {}

ElementCycles ElementTimeline::run(const ElementJob& job, std::int64_t count) {
  return run({{job, 1}}, count).front();
}

std::vector<ElementCycles> ElementTimeline::run(const std::vector<ElementStep>& steps, std::int64_t repeat) {
  // Equal work repeats itself once buffer A stands as it did a block ago: blocks of at least as many rows as
  // the buffer has, so that comparing costs no more than calculating.
  std::int64_t rows = 0;
  for (const ElementStep& s : steps) rows = std::min(rows + s.count * s.job.m_tiles * s.job.k_tiles, rows_);
  const std::int64_t block = std::max<std::int64_t>(1, rows_ / std::max<std::int64_t>(1, rows));
  std::vector<ElementCycles> all(steps.size());
  std::vector<std::int64_t> before = relative_state();
  for (std::int64_t left = repeat; left > 0;) {
    const std::int64_t start = finished_, round = std::min(block, left);
    std::vector<ElementCycles> spent(steps.size());
    for (std::int64_t i = 0; i < round; ++i) {
      for (std::size_t s = 0; s < steps.size(); ++s) spent[s] += run_equal(steps, s);
    }
    for (std::size_t s = 0; s < steps.size(); ++s) all[s] += spent[s];
    left -= round;
    if (left < block) continue;
    std::vector<std::int64_t> after = relative_state();
    if (after == before && !recording()) {
      const std::int64_t blocks = left / block;
      const std::int64_t cycles = checked_product({blocks, finished_ - start}, kLength);
      checked_add(finished_, cycles, kLength);
      for (std::size_t s = 0; s < steps.size(); ++s) all[s] += spent[s].times(blocks);
      skip(cycles);
      left -= blocks * block;
    }
    before = std::move(after);
  }
  return all;
}

ElementCycles ElementTimeline::run_equal(const std::vector<ElementStep>& steps, std::size_t s) {
  const std::size_t tiles = tiles_.size();
  const ElementCycles spent = steps[s].count == 1 ? run_one(steps[s].job) : run(steps[s].job, steps[s].count);
  for (std::size_t t = tiles; t < tiles_.size(); ++t) tiles_[t].step = s;
  return spent;
}

/// What the next job sees of those before it, as cycles from its beginning: when buffer A's rows become free.
/// Those free before the newest row was filled are all alike.
std::vector<std::int64_t> ElementTimeline::relative_state() const {
  std::vector<std::int64_t> state = {filled_ - finished_};
  for (std::size_t i = 0; i < freed_.size(); ++i) {
    const std::int64_t cycle = freed_[(free_place_ + i) % freed_.size()];
    state.push_back(std::max(cycle, filled_) - finished_);
  }
  return state;
}

ElementCycles ElementTimeline::run_one(const ElementJob& job) {
  ElementCycles spent;
  const std::int64_t begin = end_;
  now_ = finished_;
  spent.flush = now_ - begin;  // the job before returns to IDLE
  spent.job = 1;
  released_ = now_ + 2;  // `start` is shown after the job has moved, and acts at the edge after that
  moved_ = issued_ = kNever;
  now_ += 1;
  periodic_rows_ = 0;
  std::int64_t tile_begin = now_;
  ElementCycles tile_before;
  for (std::int64_t mt = 0; mt < job.m_tiles; ++mt) {
    if (job.row_scales && mt > 0) {  // SETTLE
      spent.flush += post_ + 1;
      now_ += post_ + 1;
    }
    const std::int64_t filled_before = filled_, moved_before = moved_;
    const ElementCycles before = spent;
    run_m_tile(job, mt, spent);
    ElementCycles tile = spent;
    tile -= before;
    const std::int64_t period = now_ - tile_begin;
    tile_begin = now_;
    // Buffer A and the sequencer move on by the same number of cycles as in the tile before: so will all
    // further tiles but the last, whose groups may be fewer.
    const bool steady = mt > 0 && period == period_ && periodic_rows_ >= rows_ && tile == tile_before &&
                        filled_ - filled_before == period && moved_ - moved_before == period;
    tile_before = tile;
    const std::int64_t more = job.m_tiles - 2 - mt;
    if (!steady || more <= 0 || recording()) continue;
    if (job.row_scales) tile.flush += post_ + 1;
    spent += tile.times(more);
    skip(more * period);
    tile_begin = now_;
    mt += more;
  }
  end_ = now_ + post_;
  spent.flush += post_;
  finished_ = end_ + kFinishing;
  return spent;
}

void ElementTimeline::run_m_tile(const ElementJob& job, std::int64_t mt, ElementCycles& spent) {
  const std::int64_t groups = mt == job.m_tiles - 1 ? job.g_last : groups_;
  const std::int64_t loads = (job.row_scales ? groups_ : 0) + (job.bias ? groups_ : 0);
  spent.load_bias += loads;
  now_ += loads;
  const auto columns = [&](std::int64_t nt) { return nt == job.n_tiles - 1 ? job.n_last : entries_; };
  std::int64_t begin = now_;
  const auto record = [&](std::int64_t nt) {
    if (recording()) tiles_.push_back({0, mt, nt, begin, issued_, now_});
    begin = now_;
  };
  first_pass(job, columns(0));
  spent.busy += job.k_tiles * columns(0);
  spent.wait_a += issued_ + 1 - begin - job.k_tiles * columns(0);
  drain(groups, columns(0), spent);
  record(0);
  // From the second n tile on all rows are there: an issue a cycle.
  for (std::int64_t nt = 1; nt < job.n_tiles; ++nt) {
    const bool last = nt == job.n_tiles - 1;
    later_pass(job, columns(nt), last);
    spent.busy += job.k_tiles * columns(nt);
    drain(groups, columns(nt), spent);
    record(nt);
    if (last) return;
    if (recording()) continue;
    const std::int64_t equal = job.n_tiles - 2 - nt;  // passes that follow and take as long
    ElementCycles pass;
    pass.busy = job.k_tiles * entries_;
    pass.pipeline = latency_;
    pass.drain = groups * entries_ + 1;
    spent += pass.times(equal);
    for (std::int64_t* time : {&now_, &moved_, &issued_}) *time += equal * pass.total();
    nt += equal;
  }
}

/// Rows may still be on their way into buffer A.
void ElementTimeline::first_pass(const ElementJob& job, std::int64_t columns) {
  for (std::int64_t kt = 0; kt < job.k_tiles; ++kt) {
    ++steps_;
    fill_row();
    const std::int64_t loaded = std::max({moved_, filled_ + 1, released_});
    if (job.n_tiles == 1) free_row(loaded, job.k_tiles);
    moved_ = std::max(loaded + 1, issued_);
    issued_ = std::max(moved_ + 1, now_) + columns - 1;
  }
}

void ElementTimeline::later_pass(const ElementJob& job, std::int64_t columns, bool frees) {
  if (!frees) {
    const std::int64_t before = issued_;
    issued_ = now_ + job.k_tiles * columns - 1;
    moved_ = job.k_tiles > 1 ? issued_ - columns : before;
    return;
  }
  for (std::int64_t kt = 0; kt < job.k_tiles; ++kt) {
    ++steps_;
    free_row(moved_, job.k_tiles);
    moved_ = issued_;
    issued_ = now_ + (kt + 1) * columns - 1;
  }
}

/// From the last issue of a tile to the state after WAIT.
void ElementTimeline::drain(std::int64_t groups, std::int64_t columns, ElementCycles& spent) {
  spent.pipeline += latency_;
  spent.drain += groups * columns + 1;
  now_ = issued_ + latency_ + groups * columns + 2;
}

/// The next row of A: a word a cycle, the first one the cycle after its place has been freed.
void ElementTimeline::fill_row() {
  filled_ = std::max(filled_, freed_[fill_place_]) + lanes_;
  fill_place_ = (fill_place_ + 1) % freed_.size();
}

void ElementTimeline::free_row(std::int64_t cycle, std::int64_t k_tiles) {
  const std::size_t rows = freed_.size();
  const std::size_t tile_before = (free_place_ + rows - static_cast<std::size_t>(k_tiles)) % rows;
  const std::int64_t period = cycle - freed_[tile_before];
  periodic_rows_ = period == period_ ? periodic_rows_ + 1 : 1;
  period_ = period;
  freed_[free_place_] = cycle;
  free_place_ = (free_place_ + 1) % rows;
}

/// Everything happens `cycles` later. Other rows stand in freed_, but the oldest in the same place.
void ElementTimeline::skip(std::int64_t cycles) {
  for (std::int64_t& cycle : freed_) cycle += cycles;
  for (std::int64_t* time : {&filled_, &now_, &moved_, &issued_, &end_, &finished_}) *time += cycles;
}

std::int64_t update_words(const Design& d, std::int64_t weights) {
  return divide_up(weights, d.update.lanes);
}

UpdateCycles update_cycles(const Design& d, std::int64_t weights) {
  const std::int64_t words = update_words(d, weights);
  if (words == 0) return {0, 0, 1};
  return {words, d.pipeline.update + 1, 1};
}

}  // namespace napier

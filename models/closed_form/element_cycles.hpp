#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/design/design.hpp"

/// Cycles and events of one processing element without simulation, for a host that never stalls: the same
/// numbers as the SystemC model, in time that does not grow with the cycles. docs/estimate.md derives them
/// from docs/microarchitecture.md.
namespace napier {

inline constexpr std::int64_t kMostJobTiles = 0xFFFF;  ///< of each kind, in a job word's fields

/// What the sequencer's job word asks for; see GemmTiles (models/stimulus).
struct ElementJob {
  std::int64_t m_tiles = 1, n_tiles = 1, k_tiles = 1;
  std::int64_t n_last = 1;  ///< columns of the last n tile
  std::int64_t g_last = 1;  ///< post-processor groups of the last m tile
  bool bias = false, mask = false, row_scales = false;
  friend bool operator==(const ElementJob&, const ElementJob&) = default;
};

/// The job of one m x n x k product on an element. InputError, which begins with `place`, where K does not
/// fit buffer A, a tile count does not fit the job word, or K is ragged in a format without zero.
ElementJob element_job(const Design& design, std::int64_t m, std::int64_t n, std::int64_t k,
                       const std::string& place);

/// The causes that occur where the host never stalls, as sim/causes.hpp names them. B, masks, biases, jobs
/// and outputs never wait then; docs/estimate.md has the proof.
struct ElementCycles {
  std::int64_t busy = 0, wait_a = 0, load_bias = 0, pipeline = 0, drain = 0, flush = 0, job = 0, idle = 0;

  std::int64_t total() const { return busy + wait_a + load_bias + pipeline + drain + flush + job + idle; }
  ElementCycles& operator+=(const ElementCycles& other);
  ElementCycles& operator-=(const ElementCycles& other);
  ElementCycles times(std::int64_t factor) const;
  friend bool operator==(const ElementCycles&, const ElementCycles&) = default;
};
inline constexpr std::array<std::string_view, 8> kElementCauses = {"busy",  "wait_a", "load_bias", "pipeline",
                                                                   "drain", "flush",  "job",       "idle"};
/// In the order of kElementCauses.
std::array<std::int64_t, kElementCauses.size()> values(const ElementCycles& cycles);

/// What moves for one job, whatever the values. Words of the channels of docs/microarchitecture.md.
struct ElementEvents {
  std::int64_t jobs = 0;
  std::int64_t a_fill = 0, b_fill = 0, bias = 0, row_scale = 0, mask = 0;
  std::int64_t a_loads = 0;  ///< rows into the stationary registers
  std::int64_t issues = 0;   ///< B vectors
  std::int64_t macs = 0;     ///< products in the lanes, padding included
  std::int64_t out = 0;      ///< words on drain and on out

  ElementEvents& operator+=(const ElementEvents& other);
  ElementEvents times(std::int64_t factor) const;
  friend bool operator==(const ElementEvents&, const ElementEvents&) = default;
};
ElementEvents element_events(const Design& design, const ElementJob& job);

/// `count` equal jobs one after another.
struct ElementStep {
  ElementJob job;
  std::int64_t count = 1;
};

/// One m tile by n tile of a job on the time axis, in cycles.
struct TileSpan {
  std::size_t step = 0;  ///< of the run() that it belongs to
  std::int64_t m_tile = 0, n_tile = 0;
  std::int64_t begin = 0;   ///< RUN begins
  std::int64_t issued = 0;  ///< cycle of the last issue
  std::int64_t end = 0;     ///< the state after WAIT begins
};

/// Jobs one after another from cycle 0 on. Rows of A are filled ahead of the jobs that read them, so that the
/// cycles of a job depend on those before it.
class ElementTimeline {
 public:
  explicit ElementTimeline(const Design& design);

  /// `count` equal jobs. Returns their cycles: from the one after the last output before them (cycle 0 at
  /// first) to that of their own last output.
  ElementCycles run(const ElementJob& job, std::int64_t count = 1);

  /// All steps in their order, `repeat` times over. Returns the cycles of each step, its repetitions
  /// together.
  std::vector<ElementCycles> run(const std::vector<ElementStep>& steps, std::int64_t repeat);

  /// Notes all tiles from here on, up to `most`; nothing is skipped until then.
  void record_tiles(std::size_t most) { most_tiles_ = most; }
  const std::vector<TileSpan>& tiles() const { return tiles_; }

  /// Cycles up to the last output so far: a run that ends here has as many.
  std::int64_t cycles() const { return end_; }
  /// Cycles after the last output in which the sequencer still finishes its job.
  static constexpr std::int64_t kFinishing = 1;
  /// Rows of A whose times were worked out one by one: what the calculation costs.
  std::int64_t steps() const { return steps_; }

 private:
  ElementCycles run_one(const ElementJob& job);
  ElementCycles run_equal(const std::vector<ElementStep>& steps, std::size_t s);
  void run_m_tile(const ElementJob& job, std::int64_t mt, ElementCycles& spent);
  void first_pass(const ElementJob& job, std::int64_t columns);
  void later_pass(const ElementJob& job, std::int64_t columns, bool frees);
  void drain(std::int64_t groups, std::int64_t columns, ElementCycles& spent);
  void fill_row();
  void free_row(std::int64_t cycle, std::int64_t k_tiles);
  void skip(std::int64_t cycles);
  std::vector<std::int64_t> relative_state() const;

  std::int64_t lanes_, entries_, groups_, latency_, post_, rows_;
  std::int64_t steps_ = 0;

  // Buffer A: the cycle in which the newest row's last word moved in, and those in which the last `rows_`
  // rows were freed: row r at place r modulo their number, where row r - rows_ stood before.
  std::int64_t filled_ = -1;
  std::vector<std::int64_t> freed_;
  std::size_t fill_place_ = 0, free_place_ = 0;  ///< of the next row

  // The sequencer: cycle in which the next state begins; of the newest row the cycle it moved into the lanes
  // and that of its last issue; first cycle in which the job lets the newest row move.
  std::int64_t now_ = 0;
  std::int64_t moved_ = 0, issued_ = 0, released_ = 0;
  std::int64_t end_ = 0;  ///< one more than the cycle of the last output
  std::int64_t finished_ = 0;

  std::size_t most_tiles_ = 0, step_ = 0;
  std::vector<TileSpan> tiles_;
  bool recording() const { return tiles_.size() < most_tiles_; }

  // How many of the newest rows were freed `period_` cycles after the one an m tile before.
  std::int64_t period_ = 0, periodic_rows_ = 0;
};

/// The update unit, beside the matrix products.
struct UpdateCycles {
  std::int64_t busy = 0, flush = 0, job = 0;
  std::int64_t total() const { return busy + flush + job; }
  friend bool operator==(const UpdateCycles&, const UpdateCycles&) = default;
};
/// One tensor of `weights` weights, from its job to the unit's return to IDLE; its last word moves out
/// kUpdateFinishing cycles before that.
UpdateCycles update_cycles(const Design& design, std::int64_t weights);
inline constexpr std::int64_t kUpdateFinishing = 1;
/// Words of update_in and of update_out of such a tensor.
std::int64_t update_words(const Design& design, std::int64_t weights);

}  // namespace napier

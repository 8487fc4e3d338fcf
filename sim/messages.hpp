#pragma once
#include <cstdint>
#include <ostream>

#include "models/units/madam_update.hpp"

/// The words and registers that blocks show each other (docs/microarchitecture.md), unpacked.
namespace napier::sim {

/// One matrix product, as the host asks for it.
struct Job {
  int m_tiles = 0, n_tiles = 0, k_tiles = 0;
  int n_last = 0;  ///< columns of the last n tile
  int g_last = 0;  ///< post-processor groups of the last m tile
  int bias_k = 0;
  bool relu = false, raw = false, has_bias = false, has_mask = false, has_row_scales = false;
  std::uint64_t random_key = 0;  ///< of designs that round at random
};

struct UpdateJob {
  std::int64_t words = 0;
  MadamSettings settings;
};

struct UpdateItem {
  MadamState state;
  Word gradient = 0;
};

enum class SequencerState { kIdle, kBias, kRun, kWait, kFinish, kSettle, kScale };

/// The sequencer's registers that other blocks look at.
struct Control {
  SequencerState state = SequencerState::kIdle;
  bool start = false;
  Job job;
  int columns = 0, groups = 0;
  bool bias_write = false;
  int bias_write_group = 0;
  const std::int32_t* bias_data = nullptr;
  bool scale_write = false;
  int scale_write_group = 0;
  const std::int32_t* scale_data = nullptr;
  bool a_loaded = false;
  int queued = 0;  ///< words in the B queue
  int mt = 0, nt = 0, kt = 0, n = 0;
  friend bool operator==(const Control& x, const Control& y) {
    return x.state == y.state && x.start == y.start && x.columns == y.columns && x.groups == y.groups &&
           x.bias_write == y.bias_write && x.bias_write_group == y.bias_write_group &&
           x.bias_data == y.bias_data && x.scale_write == y.scale_write &&
           x.scale_write_group == y.scale_write_group && x.scale_data == y.scale_data &&
           x.a_loaded == y.a_loaded && x.queued == y.queued && x.mt == y.mt && x.nt == y.nt && x.kt == y.kt &&
           x.n == y.n;
  }
};

/// One B vector on its way into all lanes.
struct Issue {
  bool valid = false;
  const Word* data = nullptr;
  int entry = 0;
  bool first = false, last = false;
  friend bool operator==(const Issue&, const Issue&) = default;
};

/// The lanes' sums for one collector entry.
struct Sum {
  bool valid = false;
  const std::int64_t* data = nullptr;
  int entry = 0;
  bool first = false, last = false;
  friend bool operator==(const Sum&, const Sum&) = default;
};

const char* name(SequencerState state);
std::ostream& operator<<(std::ostream& os, const Control& control);
std::ostream& operator<<(std::ostream& os, const Issue& issue);
std::ostream& operator<<(std::ostream& os, const Sum& sum);

}  // namespace napier::sim

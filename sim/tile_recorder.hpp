#pragma once
#include <vector>

#include "models/trace/trace.hpp"
#include "sim/messages.hpp"
#include "sim/tile_time.hpp"

namespace napier::sim {

/// Notes when the tiles of one element ran, the first `most` of them.
class TileRecorder {
 public:
  /// `records`: of each job of the element, the record of the trace that it belongs to.
  TileRecorder(std::size_t element, std::vector<std::size_t> records, std::size_t most)
      : element_(element), records_(std::move(records)), most_(most) {}

  /// One cycle, seen before its edge: the sequencer's registers, whether a job moves and whether B is issued.
  void see(std::int64_t cycle, const Control& now, bool job, bool issue);
  /// Tiles that were run to their end.
  const std::vector<TileTime>& tiles() const { return tiles_; }

 private:
  std::size_t element_;
  std::vector<std::size_t> records_;
  std::size_t most_, jobs_ = 0;
  SequencerState before_ = SequencerState::kIdle;
  TileTime tile_;
  std::vector<TileTime> tiles_;
};

/// Records 0, 1, 2 and so on: a bare element's jobs.
std::vector<std::size_t> records_in_order(const Trace& trace);

/// The tiles for Perfetto: a line each for an element's RUN and WAIT; names are layer and pass.
std::string tiles_json(const Trace& trace, const std::vector<TileTime>& tiles);

}  // namespace napier::sim

#pragma once
#include "models/accelerator/program.hpp"

namespace napier {

/// One job of the whole array, and the parts of it that the elements have.
struct ArrayJob {
  bool update = false;
  std::size_t record = 0;  ///< in trace.gemms or trace.updates
  // Of a matrix product:
  int first_round = 0, rounds = 0;
  int first_tile = 0, tiles = 0;  ///< n tiles
  int a_block = 0, b_block = 0;
  // Of an update:
  std::int64_t words = 0;
};

/// The jobs of a trace in the order in which they run.
std::vector<ArrayJob> array_jobs(const Trace& trace, const std::vector<Blocks>& blocks);

/// What each element does in these jobs.
std::vector<ElementShare> element_shares(const Trace& trace, const std::vector<ArrayJob>& jobs);

/// The shape of a record, as blocks see it.
ProductShape product_shape(const GemmRecord& record);

}  // namespace napier

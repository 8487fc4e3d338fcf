#pragma once
#include <cstddef>
#include <cstdint>

namespace napier::sim {

/// One m tile by n tile of a job on the time axis, in cycles; as TileSpan of the closed form.
struct TileTime {
  std::size_t element = 0, record = 0;
  std::int64_t m_tile = 0, n_tile = 0;
  std::int64_t begin = 0;   ///< RUN begins
  std::int64_t issued = 0;  ///< last issue
  std::int64_t end = 0;     ///< the state after WAIT begins
  friend bool operator==(const TileTime&, const TileTime&) = default;
};

}  // namespace napier::sim

#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What each cycle of a processing element was spent on: exactly one cause a cycle, decided by registers
/// before the clock edge. docs/simulator.md.
namespace napier::sim {

struct CauseText {
  std::string_view name, description;
};

/// Causes of the matrix-product side.
enum class Cause {
  kBusy,
  kWaitA,
  kWaitB,
  kLoadBias,
  kWaitBias,
  kPipeline,
  kDrain,
  kWaitPost,
  kWaitMask,
  kWaitOut,
  kFlush,
  kJob,
  kWaitJob,
  kIdle,
};
inline constexpr std::array<CauseText, 14> kCauses = {{
    {"busy", "a B vector is issued to the lanes"},
    {"wait_a", "no row of A in the stationary registers"},
    {"wait_b", "no B vector in the sequencer's queue"},
    {"load_bias", "a word of biases or row scales moves in"},
    {"wait_bias", "the host has not offered the next word of biases or row scales"},
    {"pipeline", "the last sums of a tile are under way in the lanes"},
    {"drain", "the collector hands a tile to the post-processor"},
    {"wait_post", "the collector is held back by a full post-processor"},
    {"wait_mask", "the collector is held back by a missing mask word"},
    {"wait_out", "the host does not take the output word that holds up the element"},
    {"flush", "the last outputs of a job leave the post-processor"},
    {"job", "a job word moves into the sequencer"},
    {"wait_job", "the host has not offered the next job"},
    {"idle", "no job is left"},
}};
using CauseCounts = std::array<std::int64_t, kCauses.size()>;

/// Causes of the update unit, which runs beside the matrix products.
enum class UpdateCause { kBusy, kWaitIn, kWaitOut, kFlush, kJob, kWaitJob, kIdle };
inline constexpr std::array<CauseText, 7> kUpdateCauses = {{
    {"busy", "a word of weights moves into the update unit"},
    {"wait_in", "the host has not offered the next word of weights"},
    {"wait_out", "the host does not take updated weights"},
    {"flush", "the last words of a tensor leave the update unit"},
    {"job", "an update job moves into the unit"},
    {"wait_job", "the host has not offered the next update job"},
    {"idle", "no update is left"},
}};
using UpdateCauseCounts = std::array<std::int64_t, kUpdateCauses.size()>;

}  // namespace napier::sim

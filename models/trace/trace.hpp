#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/design/design.hpp"
#include "models/units/madam_update.hpp"
#include "models/units/post_processor.hpp"

/// A golden trace: what went into the datapath in chosen training steps, and every bit that has to come out.
namespace napier {

enum class Pass { kForward, kInputGradient, kWeightGradient };

/// One matrix product: acc[n][m] = bias[m] + sum over k of a[m][k] * b[n][k], then post-processing.
///   forward:         a = weights [outputs][inputs],     b = activations [batch][inputs]
///   input gradient:  a = weights^T [inputs][outputs],   b = output gradients [batch][outputs]
///   weight gradient: a = activations^T [inputs][batch], b = output gradients^T [outputs][batch]
struct GemmRecord {
  std::int64_t step = 0;
  int layer = 0;
  Pass pass = Pass::kForward;
  int m = 0, n = 0, k = 0;
  std::vector<Word> a;             ///< m x k
  std::vector<Word> b;             ///< n x k
  std::vector<std::int32_t> bias;  ///< m accumulator units, or empty
  /// m exponent codes, at most 0, by which each row of `a` has another scale than k_a; or empty. Only with
  /// format.scale_group channel.
  std::vector<std::int32_t> row_scales;
  /// m x vectors of K: octaves by which the scale of each vector of a row of `a` lies below k_a; or empty.
  /// Only with format.scale_group vector.
  std::vector<Word> vector_shifts;
  std::vector<std::uint8_t> mask;  ///< n x m, 1 lets the output pass, 0 makes it zero; or empty
  PostSettings post;
  bool raw = false;  ///< outputs are the accumulators themselves (host continues in FP32)
  int row_scale(int row) const { return row_scales.empty() ? 0 : row_scales[static_cast<std::size_t>(row)]; }
  /// Of vector `vector` of row `row`; `vectors` a row.
  int vector_shift(int row, int vectors, int vector) const {
    return vector_shifts.empty()
               ? 0
               : vector_shifts[static_cast<std::size_t>(row) * static_cast<std::size_t>(vectors) +
                               static_cast<std::size_t>(vector)];
  }
  int k_a = 0, k_b = 0, k_out = 0;  ///< scale exponents: LNS S = 2^(k/gamma), INT8 unit = 2^k
  std::vector<std::int32_t> acc;    ///< n x m expected accumulators
  std::vector<Word> out;            ///< n x m expected words; empty where raw
  std::int64_t saturations = 0;     ///< accumulations that overflowed
  friend bool operator==(const GemmRecord&, const GemmRecord&) = default;
};

/// One tensor's weight update by the Madam unit.
struct UpdateRecord {
  std::int64_t step = 0;
  int layer = 0;
  MadamSettings settings;
  std::vector<MadamState> before, after;
  std::vector<Word> gradient;
  friend bool operator==(const UpdateRecord&, const UpdateRecord&) = default;
};

struct Trace {
  Design design;
  std::string design_text;    ///< resolved YAML of the design
  std::string design_digest;  ///< SHA-256 of design_text, hex
  std::string network;        ///< for instance "mlp 784-256-128-10"
  std::string experiment;     ///< name of the experiment
  std::vector<GemmRecord> gemms;
  std::vector<UpdateRecord> updates;
};

/// Writes an HDF5 file (docs/formats/trace.md), to a temporary name in the same folder, renamed when whole.
/// design_text and design_digest are those of `design`, whatever the members say. Throws InputError where a
/// record does not fit the design, the folder cannot be written or the disk is full; nothing is left behind.
/// The same trace gives the same bytes.
void write_trace(const Trace& trace, const std::filesystem::path& file);

/// Reads and checks magic, format version, sizes, ranges and checksums before it trusts a byte. Throws
/// InputError that names file, object and remedy.
Trace read_trace(const std::filesystem::path& file);

}  // namespace napier

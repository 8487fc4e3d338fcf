#pragma once
#include <cstdint>

#include "models/base/simon.hpp"
#include "models/units/post_processor.hpp"

namespace napier {

/// The post_processor over one matrix product: each output with its row's scale and its own random bits.
class OutputConverter {
 public:
  OutputConverter(const Design& design, const PostSettings& settings);
  /// Goes on to another product.
  void use(const PostSettings& settings);
  /// Output of row m, column n. row_scale: exponent codes by which the scale of row m lies above k_a (0 but
  /// for format.scale_group channel).
  PostResult operator()(std::int32_t accumulator, int row_scale, int m, int n) const;

 private:
  PostProcessor unit_;
  PostSettings settings_;
  RoundingNoise noise_;
  bool stochastic_;
};

/// Index of an output's random bits within its product, wherever and whenever it is worked out: column and
/// row, modulo 2^16 each.
inline std::uint32_t noise_index(int m, int n) {
  return static_cast<std::uint32_t>(n) << 16 | (static_cast<std::uint32_t>(m) & 0xFFFF);
}

/// The bits that round an output, of the 32 of RoundingNoise.
inline std::uint32_t rounding_bits(std::uint32_t noise) { return noise >> 16; }

}  // namespace napier

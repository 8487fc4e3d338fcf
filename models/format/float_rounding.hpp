#pragma once
#include <cstdint>
#include <span>

#include "models/format/minifloat.hpp"
#include "models/format/quantizer.hpp"

/// Tensors rounded to a floating-point format, as the floats that its codes decode to: the vector code of
/// Minifloat::encode, bit for bit.
namespace napier {

/// out[i] = decode(encode(x[i] / 2^k)). x and out have the same length and may be the same. NaN or infinity
/// is an InputError that names tensor, element and step. k: -400..400.
QuantizeCounts round_to_format(const Minifloat& format, std::span<const float> x, int k, std::span<float> out,
                               const TensorPlace& place);

/// As above with encode(x[i] / 2^k, random[i]).
QuantizeCounts round_to_format(const Minifloat& format, std::span<const float> x, int k,
                               std::span<const std::uint32_t> random, std::span<float> out,
                               const TensorPlace& place);

/// Smallest k for which `largest` (finite, >= 0) is at most `limit` * 2^k; 0 for zero.
int power_of_two_scale(float largest, float limit);

/// Numbers along the summed index that share one scale, each a `element`:
///   MX:    scale 2^e of 8 bits (E8M0), e = floor(log2(largest magnitude)) - emax, at least -127 (OCP MX
///   v1.0); NVFP4: scale E4M3, the largest magnitude / 6 rounded to nearest, beside the tensor's 2^k.
/// A block of zeros has the smallest scale, 2^-127 or 0.
struct BlockFormat {
  Minifloat element;
  int block;        ///< elements
  bool e4m3_scale;  ///< else E8M0
};

inline constexpr BlockFormat kMxfp8Blocks{kE4m3Float, 32, false};
inline constexpr BlockFormat kMxfp4Blocks{kE2m1Float, 32, false};
inline constexpr BlockFormat kNvfp4Blocks{kE2m1Float, 16, true};

/// Largest magnitude that NVFP4 holds with a tensor's scale 1: the largest block scale times the largest
/// element.
float block_limit(const BlockFormat& format);

/// The scale of one block of finite numbers. E8M0 and E4M3 values are floats.
float block_scale(const BlockFormat& format, std::span<const float> x, int k);

/// One row of finite numbers: block b's scale to scales[b], element i / scale / 2^k rounded to elements[i].
/// The last block may be short. scales: ceil(x.size() / block).
QuantizeCounts round_blocks(const BlockFormat& format, std::span<const float> x, int k,
                            std::span<float> elements, std::span<float> scales);

/// 2^(code - 127), or NaN for code 255 (OCP MX v1.0).
float decode_e8m0(std::uint8_t code);

/// The code of 2^exponent, exponent -127..127.
std::uint8_t encode_e8m0(int exponent);

}  // namespace napier

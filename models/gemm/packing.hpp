#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/design/design.hpp"
#include "models/format/lns_format.hpp"
#include "models/gemm/rows.hpp"

/// How operands lie in memory for the inner loops. A *group* is what 32 bits of one row hold of consecutive
/// k:
///   LNS:  4 bytes of attenuation E - code (255: zero or padding) and, apart, 4 bytes of sign;
///   INT8: 2 words of 16 bits, sign-extended.
/// Each vector of `datapath.vector` is filled up to whole groups with padding.
namespace napier::gemm {

/// Rows of A that a tile works on at once: the 32-bit lanes of one 512-bit register.
inline constexpr int kPanel = 16;

/// An attenuation that makes any product zero.
inline constexpr int kZeroAttenuation = 255;

struct Packed {
  int groups = 0;             ///< groups in one row
  int groups_per_vector = 0;  ///< the last vector of a row may have fewer
  /// A: [panel][group][row in panel]; B: [row][group].
  std::vector<std::uint32_t> words;
  /// LNS only, same order. A: +1 or -1 as bytes. B: 0 or 0xFE, so that A xor B is the product's sign.
  std::vector<std::uint32_t> signs;
};

/// Packs the operands of one design.
class Packer {
 public:
  explicit Packer(const Design& design);
  void pack_a(const Rows& a, const Parallel& threads, Packed& packed) const;
  void pack_b(const Rows& b, const Parallel& threads, Packed& packed) const;

 private:
  void shape(int rows, int k, Packed& packed) const;
  void pack_row(std::span<const Word> row, std::uint8_t plus, std::uint8_t minus, std::uint32_t* words,
                std::uint32_t* signs) const;
  void convert(std::span<const Word> from, std::uint8_t plus, std::uint8_t minus, std::uint8_t* words,
               std::uint8_t* signs) const;
  bool lns_;
  int vector_;
  int group_;  ///< k in a group
  LnsFormat format_;
};

}  // namespace napier::gemm

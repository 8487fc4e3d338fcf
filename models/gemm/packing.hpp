#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/base/aligned.hpp"
#include "models/base/parallel.hpp"
#include "models/design/design.hpp"
#include "models/format/lns_format.hpp"
#include "models/gemm/louds.hpp"
#include "models/gemm/rows.hpp"

/// How operands lie in memory for the inner loops. A *group* is what 32 bits of one row hold of consecutive
/// k:
///   LNS:  4 bytes of attenuation E - code, followed by 4 bytes of sign;
///   INT8: 2 words of 16 bits, sign-extended.
/// Each vector of `datapath.vector` is filled up to whole groups with padding.
///
/// Attenuations stop at the kernel's limit L, beyond which every product is zero; zeros and padding have L.
/// B's are stored with 255 - L added, so that a saturating byte addition stops at L as well and leaves
/// min(a + b, L) + 255 - L.
namespace napier::gemm {

/// Rows of A that a tile works on at once: the 32-bit lanes of one 512-bit register.
inline constexpr int kPanel = 16;

/// LNS operands in a group.
inline constexpr int kLnsGroup = 4;

struct Packed {
  int groups = 0;             ///< groups in one row
  int groups_per_vector = 0;  ///< the last vector of a row may have fewer
  /// A: [panel][group][part][row in panel]; B: [row][group][part]. Part 0: words; part 1, LNS only: signs,
  /// in A +1 or -1 as bytes, in B 0 or 0xFE, so that A xor B is the product's sign.
  AlignedVector<std::uint32_t> words;
  int parts = 1;
  std::vector<std::uint64_t> energies;  ///< of the rows, see MagnitudeBound
  /// Where loud operands are wanted:
  AlignedVector<std::uint8_t> codes;      ///< A: [position][row], whole panels of rows
  std::vector<LoudList> louds;            ///< B: of the rows
  std::vector<std::uint32_t> loud_words;  ///< what `louds` points into
};

/// How LNS words become packed bytes. A's and B's differ in the last of them.
struct LnsBytes {
  std::uint8_t largest;  ///< code
  std::uint8_t zero;     ///< attenuation of code 0
  std::uint8_t limit;    ///< of attenuations
  std::uint8_t added;    ///< to attenuations
  std::uint8_t plus, minus;
  int gamma_log2;
};

/// Packs the operands of one design.
class Packer {
 public:
  /// limit: 255 or less, LNS only.
  Packer(const Design& design, int limit);
  void pack_a(const Rows& a, const Parallel& threads, Packed& packed) const;
  /// Rows first .. last-1 of B; they become the packed matrix's rows 0 and on.
  void pack_b(const Rows& b, int first, int last, const Parallel& threads, Packed& packed) const;
  /// Whether rows' energies are summed up; otherwise they count 0.
  void want_energies(bool wanted) { energies_ = wanted; }
  /// Attenuations below `count` are loud; 0: none, and neither codes nor lists are made.
  void want_louds(int count) { louds_ = count; }
  bool wants_louds() const { return louds_ > 0; }
  /// 32-bit words that a packed row of k words takes, signs included.
  std::size_t row_size(int k) const;

 private:
  int groups(int k) const;
  void shape(int rows, int k, Packed& packed) const;
  LnsBytes lns_bytes(std::uint8_t plus, std::uint8_t minus, std::uint8_t added) const;
  std::uint64_t pack_row(std::span<const Word> row, const LnsBytes& bytes, std::uint32_t* words,
                         std::uint32_t* signs) const;
  bool lns_;
  int vector_;
  int group_;        ///< k in a group
  std::size_t run_;  ///< words of a row converted at once
  LnsFormat format_;
  int limit_;
  bool energies_ = true;
  int louds_ = 0;
};

}  // namespace napier::gemm

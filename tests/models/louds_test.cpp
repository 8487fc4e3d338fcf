// Kernels that leave loud operands' products out and add them apart: the pieces, and that the pieces matter.
#include "models/gemm/louds.hpp"

#include <gtest/gtest.h>

#include <random>

#include "models/base/error.hpp"
#include "models/gemm/kernel.hpp"

namespace napier::gemm {
namespace {

TEST(Louds, TablesHoldWhatPairsMissWithTheirSign) {
  const std::vector<std::int32_t> missing = {256, -7, 5};
  const LoudTables tables(missing);
  EXPECT_EQ(tables.count, 3);
  for (unsigned b = 0; b < 32; ++b) {
    for (unsigned a = 0; a < 32; ++a) {
      const unsigned attenuation = a % 16 + b % 16;
      const int magnitude = attenuation < 3 ? missing[attenuation] : 0;
      EXPECT_EQ(tables.missing[b][a], a / 16 == b / 16 ? magnitude : -magnitude) << a << " " << b;
    }
  }
}

TEST(Louds, MoreThanThereAreCodesIsRefused) {
  const std::vector<std::int32_t> missing(kQuiet + 1, 1);
  EXPECT_THROW(LoudTables{missing}, InternalError);
}

/// The kernel with lists of loud operands that runs a design here; null where the machine has none.
const Kernel* loud_kernel(const Design& design, const ProductTable& table) {
  for (const Kernel& kernel : kernels(design.format.kind)) {
    if (kernel.louds != nullptr && kernel.accepts(design, &table)) return &kernel;
  }
  return nullptr;
}

std::vector<std::uint8_t> random_bytes(std::size_t count, unsigned below, std::mt19937& random) {
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() % below);
  return bytes;
}

TEST(Louds, ListsOfARow) {
  if (loud_kernel(Design{}, ProductTable(Design{})) == nullptr) return;
  std::mt19937 random(1);
  for (const std::size_t size : {0, 1, 15, 63, 64, 65, 200}) {
    for (const int added : {0, 56, 184}) {
      // From nearly all operands loud to few.
      for (const unsigned range : {9U, 20U, 72U}) {
        std::vector<std::uint8_t> words = random_bytes(size, range, random), signs(size);
        std::vector<std::uint32_t> expected;
        for (std::size_t i = 0; i < size; ++i) {
          const std::uint32_t attenuation = words[i];
          const bool negative = random() % 2 == 0;
          words[i] = static_cast<std::uint8_t>(attenuation + static_cast<unsigned>(added));
          signs[i] = negative ? 0xFE : 0;
          if (attenuation >= 8) continue;
          expected.push_back(static_cast<std::uint32_t>(i << kCodeBits) | (negative ? kNegative : 0U) |
                             attenuation);
        }
        std::vector<std::uint32_t> found(size + kLoudSlack);
        found.resize(find_louds_avx512(words.data(), signs.data(), size, added, 8, found.data()));
        EXPECT_EQ(found, expected) << size << " " << added << " " << range;
      }
    }
  }
}

TEST(Louds, CodesOfAPanel) {
  if (loud_kernel(Design{}, ProductTable(Design{})) == nullptr) return;
  std::mt19937 random(2);
  constexpr std::size_t kGroups = 3, kRows = 2 * kPanel;
  std::vector<std::uint32_t> panel(kGroups * 2 * kPanel);
  std::vector<std::uint8_t> codes(kGroups * kLnsGroup * kRows, 99), expected = codes;
  auto* bytes = reinterpret_cast<std::uint8_t*>(panel.data());
  for (std::size_t g = 0; g < kGroups; ++g) {
    for (std::size_t row = 0; row < kPanel; ++row) {
      for (std::size_t i = 0; i < kLnsGroup; ++i) {
        const auto attenuation = static_cast<std::uint8_t>(random() % 20);
        const bool negative = random() % 2 == 0;
        std::uint8_t* at = bytes + 4 * (2 * kPanel * g + row) + i;
        at[0] = attenuation;
        at[4 * kPanel] = negative ? 0xFF : 0x01;
        expected[(kLnsGroup * g + i) * kRows + kPanel + row] =
            static_cast<std::uint8_t>((attenuation < 8 ? attenuation : kQuiet) + (negative ? kNegative : 0));
      }
    }
  }
  panel_codes_avx512(panel.data(), kGroups, 8, kRows, codes.data() + kPanel);
  EXPECT_EQ(codes, expected);
}

/// Accumulators of m x n from a kernel, with its smaller tables or without.
class LoudRun {
 public:
  LoudRun(const Design& design, int m, int n, int k, std::mt19937& random)
      : design_(design), table_(design), kernel_(loud_kernel(design, table_)), m_(m), n_(n) {
    if (kernel_ == nullptr) return;
    tables = kernel_->louds(table_);
    const std::vector<Word> words = random_bytes(
        static_cast<std::size_t>(m + n) * static_cast<std::size_t>(k), 1U << design.format.bits, random);
    const std::span all(words);
    const std::size_t a_words = static_cast<std::size_t>(m) * static_cast<std::size_t>(k);
    Packer packer(design, kernel_->limit(table_));
    packer.want_louds(tables.count);
    const Parallel one(1);
    packer.pack_a(MatrixRows(m, k, all.first(a_words)), one, a_);
    packer.pack_b(MatrixRows(n, k, all.subspan(a_words)), 0, n, one, b_);
    for (int i = 0; i < m; ++i) bias_.push_back(static_cast<std::int32_t>(random() % 1000) - 500);
  }
  bool possible() const { return kernel_ != nullptr && tables.count > 0; }

  std::vector<std::int32_t> whole() const { return run(false, zeros()); }
  std::vector<std::int32_t> quiet(const LoudTables& with) const {
    std::vector<std::int32_t> acc = zeros();
    for (std::size_t i = 0; i < b_.louds.size(); ++i) {
      add_louds_avx512(with, b_.louds[i].all(), a_.codes.data(), m_, bias_.data(),
                       acc.data() + i * static_cast<std::size_t>(m_));
    }
    return run(true, acc);
  }

  LoudTables tables;

 private:
  std::vector<std::int32_t> zeros() const {
    return std::vector<std::int32_t>(static_cast<std::size_t>(m_) * static_cast<std::size_t>(n_));
  }
  std::vector<std::int32_t> run(bool quiet, std::vector<std::int32_t> acc) const {
    for (int first = 0; first < m_; first += kPanel) {
      const Tile tile{
          .table = &table_,
          .a = a_.words.data() + first * a_.groups * a_.parts,
          .b = b_.words.data(),
          .groups = a_.groups,
          .groups_per_vector = a_.groups_per_vector,
          .rows = std::min(kPanel, m_ - first),
          .bias = bias_.data() + first,
          .acc = acc.data() + first,
          .acc_stride = m_,
          .n_begin = 0,
          .n_end = n_,
          .accumulator_bits = design_.datapath.accumulator_bits,
          .overflow = design_.datapath.overflow,
          .can_overflow = false,
          .wide = true,
          .quiet = quiet,
      };
      kernel_->run(tile);
    }
    return acc;
  }

  Design design_;
  ProductTable table_;
  const Kernel* kernel_;
  int m_, n_;
  Packed a_, b_;
  std::vector<std::int32_t> bias_;
};

Design design_of(ConversionStyle style, int term_bits) {
  Design d;
  d.datapath.style = style;
  d.datapath.term_bits = term_bits;
  d.datapath.accumulator_bits = 32;
  return d;
}

TEST(Louds, SmallerTablesAndWhatTheyMissGiveTheSameBits) {
  std::mt19937 random(3);
  const Design designs[] = {
      design_of(ConversionStyle::kPerElement, 8), design_of(ConversionStyle::kPerElement, 16),
      design_of(ConversionStyle::kPerElement, 24), design_of(ConversionStyle::kBinned, 16),
      design_of(ConversionStyle::kSplitSign, 16)};
  for (const Design& d : designs) {
    // One, four, eight and more panels at once.
    for (const int m : {1, 17, 64, 131, 215}) {
      const LoudRun run(d, m, 9, 77, random);
      if (!run.possible()) {
        EXPECT_EQ(loud_kernel(d, ProductTable(d)), nullptr);
        continue;
      }
      EXPECT_EQ(run.tables.count, 8);
      EXPECT_EQ(run.quiet(run.tables), run.whole()) << d.datapath.term_bits << ", " << m << " rows";
    }
  }
}

TEST(Louds, EveryMissingValueMatters) {
  std::mt19937 random(4);
  for (const int term_bits : {8, 16, 24}) {
    const LoudRun run(design_of(ConversionStyle::kPerElement, term_bits), 64, 16, 400, random);
    if (!run.possible()) continue;
    const std::vector<std::int32_t> whole = run.whole();
    for (unsigned b = 0; b < 8; ++b) {
      for (unsigned a = 0; a + b < 8; ++a) {
        LoudTables changed = run.tables;
        ++changed.missing[b][a];
        EXPECT_NE(run.quiet(changed), whole) << term_bits << ": " << a << " " << b;
      }
    }
  }
}

}  // namespace
}  // namespace napier::gemm

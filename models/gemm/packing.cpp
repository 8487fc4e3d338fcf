#include "models/gemm/packing.hpp"

#include <algorithm>
#include <cstring>

namespace napier::gemm {
namespace {

constexpr int kLnsGroup = 4;
constexpr int kInt8Group = 2;

int divide_up(int a, int b) { return (a + b - 1) / b; }

std::size_t product(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

}  // namespace

Packer::Packer(const Design& design)
    : lns_(design.format.kind == FormatKind::kLns),
      vector_(design.datapath.vector),
      group_(lns_ ? kLnsGroup : kInt8Group),
      format_(design.format) {}

void Packer::shape(int rows, int k, Packed& packed) const {
  packed.groups_per_vector = divide_up(vector_, group_);
  packed.groups = (k / vector_) * packed.groups_per_vector + divide_up(k % vector_, group_);
  packed.words.resize(product(rows, packed.groups));
  packed.signs.resize(lns_ ? packed.words.size() : 0);
}

/// Straight-line loops over bytes, which the compiler turns into vector code.
void Packer::convert(std::span<const Word> from, std::uint8_t plus, std::uint8_t minus, std::uint8_t* words,
                     std::uint8_t* signs) const {
  if (!lns_) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      const std::int16_t wide = static_cast<std::int8_t>(from[i]);
      std::memcpy(words + 2 * i, &wide, sizeof wide);
    }
    return;
  }
  const auto largest = static_cast<std::uint8_t>(format_.max_code());
  const auto sign_bit = static_cast<std::uint8_t>(largest + 1);
  // The attenuation of code 0 is E unless it means zero.
  const auto zero =
      static_cast<std::uint8_t>(format_.zero == ZeroCode::kReserved ? kZeroAttenuation : largest);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto code = static_cast<std::uint8_t>(from[i] & largest);
    words[i] = code == 0 ? zero : static_cast<std::uint8_t>(largest - code);
    signs[i] = (from[i] & sign_bit) != 0 ? minus : plus;
  }
}

void Packer::pack_row(std::span<const Word> row, std::uint8_t plus, std::uint8_t minus, std::uint32_t* words,
                      std::uint32_t* signs) const {
  const int k = static_cast<int>(row.size());
  const auto groups = static_cast<std::size_t>(divide_up(vector_, group_));
  const bool whole = vector_ % group_ == 0;
  const int step = whole ? std::max(k, 1) : vector_;  // without padding inside, a row is one run
  for (int start = 0; start < k; start += step) {
    const int count = std::min(step, k - start);
    const auto used = static_cast<std::size_t>(divide_up(count, group_));
    if (count % group_ != 0) {
      words[used - 1] = lns_ ? 0xFFFFFFFFU : 0U;
      if (lns_) signs[used - 1] = plus * 0x01010101U;
    }
    convert(row.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(count)), plus, minus,
            reinterpret_cast<std::uint8_t*>(words), reinterpret_cast<std::uint8_t*>(signs));
    words += groups;
    if (lns_) signs += groups;
  }
}

void Packer::pack_a(const Rows& a, const Parallel& threads, Packed& packed) const {
  const int rows = a.rows(), k = a.length();
  const int panels = divide_up(rows, kPanel);
  shape(panels * kPanel, k, packed);
  const auto groups = static_cast<std::size_t>(packed.groups);
  threads.for_each(panels, [&](int panel) {
    std::vector<std::uint32_t> words(groups * kPanel, lns_ ? 0xFFFFFFFFU : 0U);  // rows past the last: zeros
    std::vector<std::uint32_t> signs(lns_ ? groups * kPanel : 0, 0x01010101U);
    std::vector<Word> scratch(static_cast<std::size_t>(k));
    const int first = panel * kPanel;
    for (int i = 0; i < std::min(kPanel, rows - first); ++i) {
      const std::size_t offset = static_cast<std::size_t>(i) * groups;
      pack_row({a.row(first + i, scratch.data()), scratch.size()}, 0x01, 0xFF, words.data() + offset,
               lns_ ? signs.data() + offset : nullptr);
    }
    const auto interleave = [&](const std::vector<std::uint32_t>& from, std::vector<std::uint32_t>& to) {
      std::uint32_t* out = to.data() + product(first, packed.groups);
      for (std::size_t g = 0; g < groups; ++g) {
        for (std::size_t i = 0; i < kPanel; ++i) *out++ = from[i * groups + g];
      }
    };
    interleave(words, packed.words);
    if (lns_) interleave(signs, packed.signs);
  });
}

void Packer::pack_b(const Rows& b, const Parallel& threads, Packed& packed) const {
  const int rows = b.rows(), k = b.length();
  shape(rows, k, packed);
  threads.for_each(divide_up(rows, kPanel), [&](int block) {
    std::vector<Word> scratch(static_cast<std::size_t>(k));
    for (int row = block * kPanel; row < std::min(rows, (block + 1) * kPanel); ++row) {
      const std::size_t offset = product(row, packed.groups);
      pack_row({b.row(row, scratch.data()), scratch.size()}, 0x00, 0xFE, packed.words.data() + offset,
               lns_ ? packed.signs.data() + offset : nullptr);
    }
  });
}

}  // namespace napier::gemm

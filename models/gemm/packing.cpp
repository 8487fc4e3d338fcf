#include "models/gemm/packing.hpp"

#include <algorithm>
#include <cstring>

namespace napier::gemm {
namespace {

constexpr int kLnsGroup = 4;
constexpr int kInt8Group = 2;

int divide_up(int a, int b) { return (a + b - 1) / b; }

}  // namespace

Packer::Packer(const Design& design)
    : lns_(design.format.kind == FormatKind::kLns),
      vector_(design.datapath.vector),
      group_(lns_ ? kLnsGroup : kInt8Group) {
  if (!lns_) return;
  const LnsFormat f(design.format);
  for (int w = 0; w < 256; ++w) {
    const auto word = static_cast<Word>(w);
    attenuation_.push_back(
        static_cast<std::uint8_t>(f.is_zero(word) ? kZeroAttenuation : f.max_code() - f.code(word)));
    negative_.push_back(f.negative(word) ? 1 : 0);
  }
}

void Packer::shape(int rows, int k, Packed& packed) const {
  packed.groups_per_vector = divide_up(vector_, group_);
  packed.groups = (k / vector_) * packed.groups_per_vector + divide_up(k % vector_, group_);
  const auto size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(packed.groups);
  packed.words.resize(size);
  packed.signs.resize(lns_ ? size : 0);
}

/// One row into words[0], words[stride], ...; row == nullptr packs padding.
void Packer::pack_row(const Word* row, int k, std::uint32_t plus, std::uint32_t minus, std::uint32_t* words,
                      std::uint32_t* signs, int stride) const {
  for (int vector_start = 0; vector_start < k; vector_start += vector_) {
    const int vector_end = std::min(k, vector_start + vector_);
    for (int start = vector_start; start < vector_end; start += group_) {
      const int filled = row == nullptr ? 0 : std::min(group_, vector_end - start);
      if (lns_) {
        std::uint32_t codes = 0xFFFFFFFFU;
        std::uint32_t sign = plus * 0x01010101U;
        for (int i = 0; i < filled; ++i) {
          const Word word = row[start + i];
          codes ^= static_cast<std::uint32_t>(attenuation_[word] ^ kZeroAttenuation) << (8 * i);
          sign ^= (negative_[word] != 0 ? plus ^ minus : 0U) << (8 * i);
        }
        *words = codes;
        *signs = sign;
        signs += stride;
      } else {
        std::uint32_t pair = 0;
        for (int i = 0; i < filled; ++i) {
          const auto value = static_cast<std::int16_t>(static_cast<std::int8_t>(row[start + i]));
          pair |= static_cast<std::uint32_t>(static_cast<std::uint16_t>(value)) << (16 * i);
        }
        *words = pair;
      }
      words += stride;
    }
  }
}

void Packer::pack_a(std::span<const Word> a, int rows, int k, const Parallel& threads, Packed& packed) const {
  const int panels = divide_up(rows, kPanel);
  shape(panels * kPanel, k, packed);
  threads.for_each(panels, [&](int panel) {
    const std::size_t base =
        static_cast<std::size_t>(panel) * kPanel * static_cast<std::size_t>(packed.groups);
    for (int i = 0; i < kPanel; ++i) {
      const int row = panel * kPanel + i;
      const Word* source =
          row < rows ? a.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(k) : nullptr;
      pack_row(source, k, 0x01, 0xFF, packed.words.data() + base + static_cast<std::size_t>(i),
               lns_ ? packed.signs.data() + base + static_cast<std::size_t>(i) : nullptr, kPanel);
    }
  });
}

void Packer::pack_b(std::span<const Word> b, int rows, int k, const Parallel& threads, Packed& packed) const {
  shape(rows, k, packed);
  const int blocks = divide_up(rows, kPanel);
  threads.for_each(blocks, [&](int block) {
    for (int row = block * kPanel; row < std::min(rows, (block + 1) * kPanel); ++row) {
      const std::size_t base = static_cast<std::size_t>(row) * static_cast<std::size_t>(packed.groups);
      pack_row(b.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(k), k, 0x00, 0xFE,
               packed.words.data() + base, lns_ ? packed.signs.data() + base : nullptr, 1);
    }
  });
}

}  // namespace napier::gemm

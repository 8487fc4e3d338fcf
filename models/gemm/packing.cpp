#include "models/gemm/packing.hpp"

#include <algorithm>
#include <memory>

#include "models/base/vector_clones.hpp"
#include "models/gemm/magnitude_bound.hpp"

namespace napier::gemm {
namespace {

constexpr int kLnsGroup = 4;
constexpr int kInt8Group = 2;

/// Words whose energies certainly add up within 32 bits.
constexpr std::size_t kRun = 16384;

int divide_up(int a, int b) { return (a + b - 1) / b; }

std::size_t product(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

struct LnsBytes {
  std::uint8_t largest;  ///< code
  std::uint8_t zero;     ///< attenuation of code 0
  std::uint8_t limit, added;
  std::uint8_t plus, minus;
  int gamma_log2;
};

NAPIER_VECTOR_CLONES
void convert_lns(const Word* __restrict from, std::size_t count, const LnsBytes p,
                 std::uint8_t* __restrict words, std::uint8_t* __restrict signs) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = static_cast<std::uint8_t>(from[i] & p.largest);
    const auto attenuation = code == 0 ? p.zero : static_cast<std::uint8_t>(p.largest - code);
    const auto kept = attenuation < p.limit ? attenuation : p.limit;
    words[i] = static_cast<std::uint8_t>(kept + p.added);
    signs[i] = from[i] > p.largest ? p.minus : p.plus;
  }
}

/// Energy of up to kRun packed attenuations; zeros count as the limit's magnitude.
NAPIER_VECTOR_CLONES
std::uint32_t sum_energy(const std::uint8_t* words, std::size_t count, const LnsBytes p) {
  std::uint32_t energy = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t attenuation = static_cast<std::uint32_t>(words[i]) - p.added;
    energy += lns_energy(attenuation, p.gamma_log2);
  }
  return energy;
}

/// to[2 g], to[2 g + 1] = words[g], signs[g].
NAPIER_VECTOR_CLONES
void zip(const std::uint32_t* __restrict words, const std::uint32_t* __restrict signs, std::size_t groups,
         std::uint32_t* __restrict to) {
  for (std::size_t g = 0; g < groups; ++g) {
    to[2 * g] = words[g];
    to[2 * g + 1] = signs[g];
  }
}

/// kPanel rows of groups to groups of kPanel rows, `stride` apart.
NAPIER_VECTOR_CLONES
void interleave(const std::uint32_t* __restrict from, std::size_t groups, std::size_t stride,
                std::uint32_t* __restrict to) {
  for (std::size_t g = 0; g < groups; ++g, to += stride) {
    for (std::size_t i = 0; i < kPanel; ++i) to[i] = from[i * groups + g];
  }
}

/// Up to kRun words; returns the sum of their squares.
NAPIER_VECTOR_CLONES
std::uint32_t convert_int8(const Word* __restrict from, std::size_t count, std::int16_t* __restrict words) {
  std::int32_t energy = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int16_t wide = static_cast<std::int8_t>(from[i]);
    words[i] = wide;
    energy += wide * wide;
  }
  return static_cast<std::uint32_t>(energy);
}

}  // namespace

Packer::Packer(const Design& design, int limit)
    : lns_(design.format.kind == FormatKind::kLns),
      vector_(design.datapath.vector),
      group_(lns_ ? kLnsGroup : kInt8Group),
      format_(design.format),
      limit_(limit) {}

int Packer::groups(int k) const {
  return (k / vector_) * divide_up(vector_, group_) + divide_up(k % vector_, group_);
}

std::size_t Packer::row_size(int k) const { return product(groups(k), lns_ ? 2 : 1); }

void Packer::shape(int rows, int k, Packed& packed) const {
  packed.groups_per_vector = divide_up(vector_, group_);
  packed.groups = groups(k);
  packed.parts = lns_ ? 2 : 1;
  packed.words.resize(product(rows, packed.groups * packed.parts));
  packed.energies.assign(static_cast<std::size_t>(rows), 0);
}

std::uint64_t Packer::pack_row(std::span<const Word> row, Side side, std::uint32_t* words,
                               std::uint32_t* signs) const {
  const std::size_t k = row.size();
  const auto vector = static_cast<std::size_t>(vector_);
  const auto group = static_cast<std::size_t>(group_);
  const auto limit = static_cast<std::uint8_t>(limit_);
  const auto largest = static_cast<std::uint8_t>(format_.max_code());
  const LnsBytes bytes{.largest = largest,
                       // Code 0 is the smallest magnitude unless it means zero.
                       .zero = format_.zero == ZeroCode::kReserved ? limit : largest,
                       .limit = limit,
                       .added = side.added,
                       .plus = side.plus,
                       .minus = side.minus,
                       .gamma_log2 = format_.gamma_log2};
  const std::uint32_t padding = lns_ ? static_cast<std::uint8_t>(limit + side.added) * 0x01010101U : 0U;
  const std::size_t step = vector % group == 0 ? kRun / vector * vector : vector;
  std::uint64_t energy = 0;
  for (std::size_t start = 0; start < k; start += step) {
    const std::size_t count = std::min(step, k - start);
    const std::size_t used = (count + group - 1) / group;
    if (count % group != 0) {
      words[used - 1] = padding;
      if (lns_) signs[used - 1] = side.plus * 0x01010101U;
    }
    if (lns_) {
      auto* const attenuations = reinterpret_cast<std::uint8_t*>(words);
      convert_lns(row.data() + start, count, bytes, attenuations, reinterpret_cast<std::uint8_t*>(signs));
      if (energies_) energy += sum_energy(attenuations, count, bytes);
      signs += used;
    } else {
      energy += convert_int8(row.data() + start, count, reinterpret_cast<std::int16_t*>(words));
    }
    words += used;
  }
  return energy;
}

void Packer::pack_a(const Rows& a, const Parallel& threads, Packed& packed) const {
  const int rows = a.rows(), k = a.length();
  const int panels = divide_up(rows, kPanel);
  shape(panels * kPanel, k, packed);
  const auto groups = static_cast<std::size_t>(packed.groups);
  const std::size_t stride = kPanel * static_cast<std::size_t>(packed.parts);
  threads.for_each(panels, [&](int panel) {
    const auto words = std::make_unique_for_overwrite<std::uint32_t[]>(groups * kPanel);
    const auto signs = std::make_unique_for_overwrite<std::uint32_t[]>(lns_ ? groups * kPanel : 0);
    std::vector<Word> scratch(static_cast<std::size_t>(k));
    const int first = panel * kPanel;
    for (int i = 0; i < std::min(kPanel, rows - first); ++i) {
      const std::size_t place = static_cast<std::size_t>(i) * groups;
      packed.energies[static_cast<std::size_t>(first + i)] =
          pack_row({a.row(first + i, scratch.data()), scratch.size()}, {0x01, 0xFF, 0}, words.get() + place,
                   lns_ ? signs.get() + place : nullptr);
    }
    // Rows past the last are zeros.
    const std::size_t missing = groups * static_cast<std::size_t>(std::max(0, first + kPanel - rows));
    const std::size_t given = groups * kPanel - missing;
    std::fill_n(words.get() + given, missing, lns_ ? static_cast<std::uint32_t>(limit_) * 0x01010101U : 0U);
    if (lns_) std::fill_n(signs.get() + given, missing, 0x01010101U);
    std::uint32_t* to = packed.words.data() + product(panel, packed.groups) * stride;
    interleave(words.get(), groups, stride, to);
    if (lns_) interleave(signs.get(), groups, stride, to + kPanel);
  });
}

void Packer::pack_b(const Rows& b, int first, int last, const Parallel& threads, Packed& packed) const {
  const int rows = last - first, k = b.length();
  shape(rows, k, packed);
  const auto groups = static_cast<std::size_t>(packed.groups);
  const Side side{0x00, 0xFE, static_cast<std::uint8_t>(255 - limit_)};
  threads.for_each(divide_up(rows, kPanel), [&](int block) {
    std::vector<Word> scratch(static_cast<std::size_t>(k));
    std::vector<std::uint32_t> words(lns_ ? groups : 0), signs(words.size());
    for (int row = block * kPanel; row < std::min(rows, (block + 1) * kPanel); ++row) {
      std::uint32_t* to = packed.words.data() + product(row, packed.groups * packed.parts);
      packed.energies[static_cast<std::size_t>(row)] = pack_row(
          {b.row(first + row, scratch.data()), scratch.size()}, side, lns_ ? words.data() : to, signs.data());
      if (lns_) zip(words.data(), signs.data(), groups, to);
    }
  });
}

}  // namespace napier::gemm

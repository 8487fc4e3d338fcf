#include "models/gemm/packing.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include "models/base/vector_clones.hpp"
#include "models/gemm/magnitude_bound.hpp"

namespace napier::gemm {
namespace {

constexpr int kInt8Group = 2;

/// Words whose energies certainly add up within 32 bits.
constexpr std::size_t kRun = 16384;

int divide_up(int a, int b) { return (a + b - 1) / b; }

std::size_t product(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

/// run(i, n) for pieces of n elements from i on: n is a constant, so that the compiler makes each piece a
/// few vectors and short tails do not go element by element.
template <class Run>
__attribute__((always_inline)) inline void for_pieces(std::size_t count, Run run) {
  std::size_t i = 0;
  for (; i + 64 <= count; i += 64) run(i, std::integral_constant<std::size_t, 64>{});
  for (; i + 16 <= count; i += 16) run(i, std::integral_constant<std::size_t, 16>{});
  for (; i < count; ++i) run(i, std::integral_constant<std::size_t, 1>{});
}

NAPIER_VECTOR_CLONES
void convert_lns(const Word* __restrict from, std::size_t count, const LnsBytes& bytes,
                 std::uint8_t* __restrict words, std::uint8_t* __restrict signs) {
  const LnsBytes p = bytes;
  for_pieces(
      count, [=](std::size_t start, auto piece) __attribute__((always_inline)) {
        for (std::size_t i = start; i < start + piece; ++i) {
          const auto code = static_cast<std::uint8_t>(from[i] & p.largest);
          const auto attenuation = code == 0 ? p.zero : static_cast<std::uint8_t>(p.largest - code);
          const auto kept = attenuation < p.limit ? attenuation : p.limit;
          words[i] = static_cast<std::uint8_t>(kept + p.added);
          signs[i] = from[i] > p.largest ? p.minus : p.plus;
        }
      });
}

/// Energy of up to kRun packed attenuations; zeros count as the limit's magnitude.
NAPIER_VECTOR_CLONES
std::uint32_t sum_energy(const std::uint8_t* words, std::size_t count, const LnsBytes& bytes) {
  const LnsBytes p = bytes;
  std::uint32_t energy = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t attenuation = static_cast<std::uint32_t>(words[i]) - p.added;
    energy += lns_energy(attenuation, p.gamma_log2);
  }
  return energy;
}

/// One group of a panel's rows.
using Lanes = std::uint32_t __attribute__((vector_size(4 * kPanel)));

/// In each pair of rows `distance` apart: the first's lanes with that bit change places with the second's
/// without.
template <unsigned distance>
__attribute__((always_inline)) inline void exchange_halves(Lanes* row) {
  [row]<unsigned... lane>(std::integer_sequence<unsigned, lane...>) __attribute__((always_inline)) {
    for (unsigned i = 0; i < kPanel; ++i) {
      if ((i & distance) != 0) continue;
      const Lanes first = row[i], second = row[i + distance];
      row[i] = __builtin_shufflevector(first, second,
                                       ((lane & distance) != 0 ? kPanel + lane - distance : lane)...);
      row[i + distance] = __builtin_shufflevector(
          first, second, ((lane & distance) != 0 ? kPanel + lane : lane + distance)...);
    }
  }
  (std::make_integer_sequence<unsigned, kPanel>{});
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

/// kPanel rows of groups to groups of kPanel rows, `stride` apart: in four rounds, halves of ever smaller
/// squares change places.
NAPIER_VECTOR_CLONES
void interleave(const std::uint32_t* __restrict from, std::size_t groups, std::size_t stride,
                std::uint32_t* __restrict to) {
  std::size_t g = 0;
  for (; g + kPanel <= groups; g += kPanel) {
    Lanes row[kPanel];
    for (std::size_t i = 0; i < kPanel; ++i) std::memcpy(&row[i], from + i * groups + g, sizeof(Lanes));
    exchange_halves<8>(row);
    exchange_halves<4>(row);
    exchange_halves<2>(row);
    exchange_halves<1>(row);
    for (std::size_t i = 0; i < kPanel; ++i) std::memcpy(to + (g + i) * stride, &row[i], sizeof(Lanes));
  }
  for (; g < groups; ++g) {
    for (std::size_t i = 0; i < kPanel; ++i) to[g * stride + i] = from[i * groups + g];
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

/// Words of a row converted at once: padding goes between vectors that are not whole groups.
std::size_t run_length(int vector, int group) {
  const auto length = static_cast<std::size_t>(vector);
  return vector % group == 0 ? kRun / length * length : length;
}

}  // namespace

Packer::Packer(const Design& design, int limit)
    : lns_(design.format.kind == FormatKind::kLns),
      vector_(design.datapath.vector),
      group_(lns_ ? kLnsGroup : kInt8Group),
      run_(run_length(vector_, group_)),
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

LnsBytes Packer::lns_bytes(std::uint8_t plus, std::uint8_t minus, std::uint8_t added) const {
  const auto limit = static_cast<std::uint8_t>(limit_);
  const auto largest = static_cast<std::uint8_t>(format_.max_code());
  return {.largest = largest,
          // Code 0 is the smallest magnitude unless it means zero.
          .zero = format_.zero == ZeroCode::kReserved ? limit : largest,
          .limit = limit,
          .added = added,
          .plus = plus,
          .minus = minus,
          .gamma_log2 = format_.gamma_log2};
}

std::uint64_t Packer::pack_row(std::span<const Word> row, const LnsBytes& bytes, std::uint32_t* words,
                               std::uint32_t* signs) const {
  const std::size_t k = row.size();
  const auto group = static_cast<std::size_t>(group_);
  const std::uint32_t padding =
      lns_ ? static_cast<std::uint8_t>(bytes.limit + bytes.added) * 0x01010101U : 0U;
  std::uint64_t energy = 0;
  for (std::size_t start = 0; start < k; start += run_) {
    const std::size_t count = std::min(run_, k - start);
    const std::size_t used = (count + group - 1) / group;
    if (count % group != 0) {
      words[used - 1] = padding;
      if (lns_) signs[used - 1] = bytes.plus * 0x01010101U;
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
  const LnsBytes bytes = lns_bytes(0x01, 0xFF, 0);
  if (louds_ > 0) packed.codes.resize(product(panels, packed.groups) * kLnsGroup * kPanel);
  threads.for_each(panels, [&](int panel) {
    const auto words = std::make_unique_for_overwrite<std::uint32_t[]>(groups * kPanel);
    const auto signs = std::make_unique_for_overwrite<std::uint32_t[]>(lns_ ? groups * kPanel : 0);
    std::vector<Word> scratch(static_cast<std::size_t>(k));
    const int first = panel * kPanel;
    for (int i = 0; i < std::min(kPanel, rows - first); ++i) {
      const std::size_t place = static_cast<std::size_t>(i) * groups;
      packed.energies[static_cast<std::size_t>(first + i)] =
          pack_row({a.row(first + i, scratch.data()), scratch.size()}, bytes, words.get() + place,
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
    if (louds_ > 0) {
      panel_codes_avx512(to, groups, louds_, product(panels, kPanel), packed.codes.data() + first);
    }
  });
}

void Packer::pack_b(const Rows& b, int first, int last, const Parallel& threads, Packed& packed) const {
  const int rows = last - first, k = b.length();
  shape(rows, k, packed);
  const auto groups = static_cast<std::size_t>(packed.groups);
  const LnsBytes bytes = lns_bytes(0x00, 0xFE, static_cast<std::uint8_t>(255 - limit_));
  const std::size_t positions = groups * kLnsGroup, list = positions + kLoudSlack;
  if (louds_ > 0) {
    packed.louds.resize(static_cast<std::size_t>(rows));
    packed.loud_words.resize(static_cast<std::size_t>(rows) * list);
  }
  threads.for_each(divide_up(rows, kPanel), [&](int block) {
    std::vector<Word> scratch(static_cast<std::size_t>(k));
    std::vector<std::uint32_t> words(lns_ ? groups : 0), signs(words.size());
    for (int row = block * kPanel; row < std::min(rows, (block + 1) * kPanel); ++row) {
      std::uint32_t* to = packed.words.data() + product(row, packed.groups * packed.parts);
      packed.energies[static_cast<std::size_t>(row)] =
          pack_row({b.row(first + row, scratch.data()), scratch.size()}, bytes, lns_ ? words.data() : to,
                   signs.data());
      if (lns_) zip(words.data(), signs.data(), groups, to);
      if (louds_ > 0) {
        const auto i = static_cast<std::size_t>(row);
        std::uint32_t* louds = packed.loud_words.data() + i * list;
        packed.louds[i] = {louds, find_louds_avx512(reinterpret_cast<const std::uint8_t*>(words.data()),
                                                    reinterpret_cast<const std::uint8_t*>(signs.data()),
                                                    positions, bytes.added, louds_, louds)};
      }
    }
  });
}

}  // namespace napier::gemm

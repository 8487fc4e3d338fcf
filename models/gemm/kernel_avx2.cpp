// AVX2: eight rows of A side by side in 32-bit lanes, one column of B broadcast to all of them.
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>

#include "models/gemm/kernel.hpp"

// Everything up to pop_options is compiled for these instructions, whatever the library is compiled for.
#pragma GCC push_options
#pragma GCC target("avx2,popcnt")

namespace napier::gemm {
namespace {

constexpr int kLanes = 8;

/// Most tables are eight values and shifts of them: with q = (attenuation + phase) / 8 and r the remainder,
///   value = base[r] >> (q << rise)                 terms that are shifted and truncated, or
///   value = base[r] << ((last - q) << rise)        scaled ones, 0 for q > last.
/// Attenuations are packed with 8 * offset + phase added, so that q + offset = 31 where the sum saturates.
struct Shifts {
  bool left = false;
  int rise = 0;    ///< log2 of the octaves in eight attenuations
  int phase = 0;   ///< left only: where an octave begins
  int offset = 0;  ///< such that the values of q + offset = 31 are zero
  int last = 0;    ///< left only
  std::array<std::int32_t, kLanes> base{};

  int limit() const { return 255 - kLanes * offset - phase; }
  std::int64_t value(int attenuation) const {
    const int q = (attenuation + phase) / kLanes;
    const std::int64_t looked_up = base[static_cast<std::size_t>((attenuation + phase) % kLanes)];
    if (!left) return looked_up >> (q << rise);
    return q > last ? 0 : looked_up << ((last - q) << rise);
  }
};

/// For a table whose values fit 32 bits.
std::optional<Shifts> find_shifts(const ProductTable& table) {
  for (int phase = 0; phase < kLanes; ++phase) {
    const int octaves = (table.used + phase + kLanes - 1) / kLanes;
    if (octaves > 31) continue;
    for (const bool left : {false, true}) {
      // The eight values are taken where the table has all of them.
      const int from = left ? octaves - 1 : 0;
      if (phase > kLanes * from) continue;
      for (int rise = 0; octaves << rise < 32 && rise < 4; ++rise) {
        Shifts shifts{
            .left = left, .rise = rise, .phase = phase, .offset = 31 - octaves, .last = octaves - 1};
        for (int r = 0; r < kLanes; ++r) {
          shifts.base[static_cast<std::size_t>(r)] =
              table.low32[static_cast<std::size_t>(kLanes * from + r - phase)];
        }
        int agree = 0;
        while (agree <= shifts.limit() &&
               shifts.value(agree) == table.by_attenuation[static_cast<std::size_t>(agree)]) {
          ++agree;
        }
        if (agree > shifts.limit()) return shifts;
      }
    }
  }
  return std::nullopt;
}

__m256i load(const std::uint32_t* words) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
}

__m256i broadcast(std::uint32_t word) { return _mm256_set1_epi32(static_cast<int>(word)); }

/// All ones in the first `rows` lanes.
__m256i first_lanes(int rows) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(rows), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// Eight rows from `row` of the panel, all columns. add_group(sums, group, n).
template <class AddGroup>
std::int64_t walk(const Tile& t, int row, int shift, AddGroup add_group) {
  const __m256i high = _mm256_set1_epi32(static_cast<int>((std::int64_t{1} << (t.accumulator_bits - 1)) - 1));
  const __m256i low = _mm256_set1_epi32(static_cast<int>(-(std::int64_t{1} << (t.accumulator_bits - 1))));
  const __m128i unused = _mm_cvtsi32_si128(32 - t.accumulator_bits);
  const __m128i drop = _mm_cvtsi32_si128(shift);
  const __m256i valid = first_lanes(t.rows - row);
  const __m256i bias =
      t.bias != nullptr ? _mm256_maskload_epi32(t.bias + row, valid) : _mm256_setzero_si256();
  std::int64_t overflows = 0;
  for (int n = t.n_begin; n < t.n_end; ++n) {
    __m256i acc = bias;
    for (int start = 0; start < t.groups; start += t.groups_per_vector) {
      __m256i sums = _mm256_setzero_si256();
      for (int g = start; g < std::min(t.groups, start + t.groups_per_vector); ++g) {
        add_group(sums, g, n);
      }
      const __m256i exact = _mm256_add_epi32(acc, _mm256_sra_epi32(sums, drop));
      const __m256i clamped = _mm256_max_epi32(_mm256_min_epi32(exact, high), low);
      const auto fits =
          static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(exact, clamped))));
      overflows += _mm_popcnt_u32(~fits & 0xFFU);
      acc = t.overflow == Overflow::kSaturate ? clamped
                                              : _mm256_sra_epi32(_mm256_sll_epi32(exact, unused), unused);
    }
    _mm256_maskstore_epi32(t.acc + n * t.acc_stride + row, valid, acc);
  }
  return overflows;
}

template <bool left>
std::int64_t walk_shifts(const Tile& t, const Shifts& shifts) {
  const __m256i base = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(shifts.base.data()));
  const __m256i zero_shift = _mm256_set1_epi32(((left ? shifts.last : 0) + shifts.offset) << shifts.rise);
  const __m256i octave_mask = _mm256_set1_epi32(31 << shifts.rise);
  std::int64_t overflows = 0;
  for (int row = 0; row < t.rows; row += kLanes) {
    overflows += walk(t, row, t.table->shift, [&](__m256i& sums, int g, int n) {
      const std::uint32_t* a = t.a + std::int64_t{g} * 2 * kPanel + row;
      const std::uint32_t* b = t.b + 2 * (std::int64_t{n} * t.groups + g);
      const __m256i index = _mm256_adds_epu8(load(a), broadcast(b[0]));
      const __m256i sign = _mm256_xor_si256(load(a + kPanel), broadcast(b[1]));
      const auto add = [&](auto place) __attribute__((always_inline)) {
        constexpr int byte = 8 * place;
        // Look-ups use the low three bits only.
        const __m256i looked_up = _mm256_permutevar8x32_epi32(base, _mm256_srli_epi32(index, byte));
        const __m256i octave = _mm256_srl_epi32(index, _mm_cvtsi32_si128(byte + 3 - shifts.rise));
        const __m256i shift = _mm256_and_si256(octave, octave_mask);
        // Shifts of 32 or more, and negative ones, give 0.
        const __m256i product = left ? _mm256_sllv_epi32(looked_up, _mm256_sub_epi32(zero_shift, shift))
                                     : _mm256_srlv_epi32(looked_up, _mm256_sub_epi32(shift, zero_shift));
        // A sign byte, +1 or -1, at the top is its lane's sign.
        sums = _mm256_add_epi32(sums, _mm256_sign_epi32(product, _mm256_slli_epi32(sign, 24 - byte)));
      };
      add(std::integral_constant<int, 0>{});
      add(std::integral_constant<int, 1>{});
      add(std::integral_constant<int, 2>{});
      add(std::integral_constant<int, 3>{});
    });
  }
  return overflows;
}

}  // namespace

std::int64_t run_avx2_shifts(const Tile& t) {
  const Shifts shifts = *find_shifts(*t.table);
  return shifts.left ? walk_shifts<true>(t, shifts) : walk_shifts<false>(t, shifts);
}

int limit_avx2_shifts(const ProductTable& table) { return find_shifts(table)->limit(); }

std::int64_t run_avx2_gather(const Tile& t) {
  const std::int32_t* value = t.table->low32.data();
  const __m256i byte_mask = _mm256_set1_epi32(255);
  std::int64_t overflows = 0;
  for (int row = 0; row < t.rows; row += kLanes) {
    overflows += walk(t, row, t.table->shift, [&](__m256i& sums, int g, int n) {
      const std::uint32_t* a_words = t.a + std::int64_t{g} * 2 * kPanel + row;
      const std::uint32_t* b_words = t.b + 2 * (std::int64_t{n} * t.groups + g);
      __m256i a = load(a_words);
      __m256i sign = _mm256_xor_si256(load(a_words + kPanel), broadcast(b_words[1]));
      for (int byte = 0; byte < 32; byte += 8) {
        const __m256i b = _mm256_set1_epi32(static_cast<int>((b_words[0] >> byte) & 255));
        const __m256i index = _mm256_add_epi32(_mm256_and_si256(a, byte_mask), b);
        const __m256i product = _mm256_i32gather_epi32(value, index, 4);
        // The sign byte, +1 or -1, in every lane's low byte: psignd wants it as the lane's own sign.
        sums = _mm256_add_epi32(sums, _mm256_sign_epi32(product, _mm256_or_si256(_mm256_slli_epi32(sign, 24),
                                                                                 _mm256_set1_epi32(1))));
        a = _mm256_srli_epi32(a, 8);
        sign = _mm256_srli_epi32(sign, 8);
      }
    });
  }
  return overflows;
}

std::int64_t run_avx2_int8(const Tile& t) {
  std::int64_t overflows = 0;
  for (int row = 0; row < t.rows; row += kLanes) {
    overflows += walk(t, row, 0, [&](__m256i& sums, int g, int n) {
      const __m256i a = load(t.a + std::int64_t{g} * kPanel + row);
      const __m256i b = broadcast(t.b[std::int64_t{n} * t.groups + g]);
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(a, b));
    });
  }
  return overflows;
}

}  // namespace napier::gemm
#pragma GCC pop_options

namespace napier::gemm {
namespace {

bool machine_has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"); }

}  // namespace

bool accepts_avx2_gather(const Design& design, const ProductTable* table) {
  return machine_has_avx2() && products_fit_32_bits(design, table) &&
         accumulations_fit_32_bits(design, table);
}

bool accepts_avx2_shifts(const Design& design, const ProductTable* table) {
  return accepts_avx2_gather(design, table) && find_shifts(*table).has_value();
}

bool accepts_avx2_int8(const Design& design, const ProductTable* table) {
  return machine_has_avx2() && products_fit_32_bits(design, table) &&
         accumulations_fit_32_bits(design, table);
}

}  // namespace napier::gemm

// AVX-512: sixteen rows of A side by side in 32-bit lanes, one column of B broadcast to all of them.
#include <immintrin.h>

#include <algorithm>

#include "models/gemm/kernel.hpp"

// GCC 12 warns of its own header's deliberately undefined operands (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

// Everything up to pop_options is compiled for these instructions, whatever the library is compiled for.
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni,popcnt")

namespace napier::gemm {
namespace {

/// The accumulators of sixteen rows: saturating or wrapping addition of a vector's sums.
class Collector {
 public:
  explicit Collector(const Tile& t)
      : high_(_mm512_set1_epi32(static_cast<int>((std::int64_t{1} << (t.accumulator_bits - 1)) - 1))),
        low_(_mm512_set1_epi32(static_cast<int>(-(std::int64_t{1} << (t.accumulator_bits - 1))))),
        unused_(_mm_cvtsi32_si128(32 - t.accumulator_bits)),
        saturate_(t.overflow == Overflow::kSaturate) {}

  /// acc += sums, which must not leave 32 bits; returns how many lanes overflowed the accumulator.
  std::int64_t add(__m512i& acc, __m512i sums) const {
    const __m512i exact = _mm512_add_epi32(acc, sums);
    const __m512i clamped = _mm512_max_epi32(_mm512_min_epi32(exact, high_), low_);
    const __mmask16 overflowed = _mm512_cmpneq_epi32_mask(exact, clamped);
    acc = saturate_ ? clamped : _mm512_sra_epi32(_mm512_sll_epi32(exact, unused_), unused_);
    return _mm_popcnt_u32(overflowed);
  }

 private:
  __m512i high_, low_;
  __m128i unused_;
  bool saturate_;
};

__mmask16 valid_rows(const Tile& t) { return static_cast<__mmask16>((1U << t.rows) - 1); }

/// Columns worked on at once: enough to hide latencies, few enough to stay in registers.
constexpr int kColumns = 2;

/// Walks the vectors of `columns` columns from n on. `Lane` sums one vector: clear(), add(group, n), sums().
template <int columns, class Lane>
std::int64_t walk(const Tile& t, int n, const Collector& collector, const Lane& lane) {
  const __mmask16 rows = valid_rows(t);
  const __m512i bias = t.bias != nullptr ? _mm512_maskz_loadu_epi32(rows, t.bias) : _mm512_setzero_si512();
  __m512i acc[columns];
  std::fill_n(acc, columns, bias);
  std::int64_t overflows = 0;
  for (int start = 0; start < t.groups; start += t.groups_per_vector) {
    const int end = std::min(t.groups, start + t.groups_per_vector);
    __m512i sums[columns];
    lane.template vector<columns>(t, n, start, end, sums);
    for (std::size_t c = 0; c < columns; ++c) overflows += collector.add(acc[c], sums[c]);
  }
  for (int c = 0; c < columns; ++c) {
    _mm512_mask_storeu_epi32(t.acc + (n + c) * t.acc_stride, rows, acc[c]);
  }
  return overflows;
}

template <class Lane>
std::int64_t run(const Tile& t, const Lane& lane) {
  const Collector collector(t);
  std::int64_t overflows = 0;
  int n = t.n_begin;
  for (; n + kColumns <= t.n_end; n += kColumns) overflows += walk<kColumns>(t, n, collector, lane);
  for (; n < t.n_end; ++n) overflows += walk<1>(t, n, collector, lane);
  return overflows;
}

/// Number of 64-entry registers that a byte plane needs. Indices past the last register are clamped to its
/// last entry, so that has to be zero.
int registers_needed(const ProductTable::Plane& plane) { return plane.used == 0 ? 0 : plane.used / 64 + 1; }

/// Look-up of one byte of the products' values. R registers of 64 entries; more than they hold reads zero.
template <int R>
class BytePlane {
 public:
  explicit BytePlane(const ProductTable::Plane& plane) {
    for (std::size_t i = 0; i < R; ++i) entries_[i] = _mm512_loadu_si512(plane.bytes.data() + 64 * i);
  }
  /// below64, below128: which indices are. With R = 3 all indices are below 192.
  __m512i operator()(__m512i index, __mmask64 below64, __mmask64 below128) const {
    if constexpr (R == 1) return _mm512_maskz_permutexvar_epi8(below64, index, entries_[0]);
    if constexpr (R == 2) return _mm512_maskz_permutex2var_epi8(below128, entries_[0], index, entries_[1]);
    if constexpr (R == 3) {
      return _mm512_mask_permutexvar_epi8(_mm512_permutex2var_epi8(entries_[0], index, entries_[1]),
                                          _knot_mask64(below128), index, entries_[2]);
    }
    if constexpr (R == 4) {
      return _mm512_mask_blend_epi8(below128, _mm512_permutex2var_epi8(entries_[2], index, entries_[3]),
                                    _mm512_permutex2var_epi8(entries_[0], index, entries_[1]));
    }
  }

 private:
  __m512i entries_[R];
};
template <>
class BytePlane<0> {
 public:
  explicit BytePlane(const ProductTable::Plane&) {}
};

/// Products' values split into byte planes, R0..R3 registers each from the lowest byte up.
template <int R0, int R1, int R2, int R3>
class PlanesLane {
 public:
  explicit PlanesLane(const ProductTable& table)
      : plane0_(table.planes[0]),
        plane1_(table.planes[1]),
        plane2_(table.planes[2]),
        plane3_(table.planes[3]),
        last_(_mm512_set1_epi8(static_cast<char>(64 * R0 - 1))),
        shift_(_mm_cvtsi32_si128(table.shift)) {}

  static bool fits(const ProductTable& t) {
    return registers_needed(t.planes[0]) <= R0 && registers_needed(t.planes[1]) <= R1 &&
           registers_needed(t.planes[2]) <= R2 && registers_needed(t.planes[3]) <= R3;
  }

  template <int columns>
  void vector(const Tile& t, int n, int start, int end, __m512i (&sums)[columns]) const {
    __m512i p0[columns]{}, p1[columns]{}, p2[columns]{}, p3[columns]{};
    for (int g = start; g < end; ++g) {
      const __m512i a = _mm512_loadu_si512(t.a + g * kPanel);
      const __m512i a_sign = _mm512_loadu_si512(t.a_sign + g * kPanel);
      for (std::size_t c = 0; c < columns; ++c) {
        const std::int64_t b_index = (std::int64_t{n} + static_cast<std::int64_t>(c)) * t.groups + g;
        const __m512i b = _mm512_set1_epi32(static_cast<int>(t.b[b_index]));
        const __m512i sign = _mm512_xor_si512(a_sign, _mm512_set1_epi32(static_cast<int>(t.b_sign[b_index])));
        __m512i index = _mm512_adds_epu8(a, b);
        if constexpr (R0 < 4) index = _mm512_min_epu8(index, last_);
        const __mmask64 below128 = _knot_mask64(_mm512_movepi8_mask(index));
        const __mmask64 below64 = _mm512_testn_epi8_mask(index, _mm512_set1_epi8(static_cast<char>(0xC0)));
        p0[c] = _mm512_dpbusd_epi32(p0[c], plane0_(index, below64, below128), sign);
        if constexpr (R1 > 0) p1[c] = _mm512_dpbusd_epi32(p1[c], plane1_(index, below64, below128), sign);
        if constexpr (R2 > 0) p2[c] = _mm512_dpbusd_epi32(p2[c], plane2_(index, below64, below128), sign);
        if constexpr (R3 > 0) p3[c] = _mm512_dpbusd_epi32(p3[c], plane3_(index, below64, below128), sign);
      }
    }
    for (std::size_t c = 0; c < columns; ++c) {
      __m512i sum = p0[c];
      if constexpr (R1 > 0) sum = _mm512_add_epi32(sum, _mm512_slli_epi32(p1[c], 8));
      if constexpr (R2 > 0) sum = _mm512_add_epi32(sum, _mm512_slli_epi32(p2[c], 16));
      if constexpr (R3 > 0) sum = _mm512_add_epi32(sum, _mm512_slli_epi32(p3[c], 24));
      sums[c] = _mm512_sra_epi32(sum, shift_);
    }
  }

 private:
  BytePlane<R0> plane0_;
  BytePlane<R1> plane1_;
  BytePlane<R2> plane2_;
  BytePlane<R3> plane3_;
  __m512i last_;
  __m128i shift_;
};

/// INT8: pairs of 16-bit products.
struct Int8Lane {
  template <int columns>
  void vector(const Tile& t, int n, int start, int end, __m512i (&sums)[columns]) const {
    std::fill_n(sums, columns, _mm512_setzero_si512());
    for (int g = start; g < end; ++g) {
      const __m512i a = _mm512_loadu_si512(t.a + g * kPanel);
      for (std::size_t c = 0; c < columns; ++c) {
        const std::int64_t b_index = (std::int64_t{n} + static_cast<std::int64_t>(c)) * t.groups + g;
        sums[c] = _mm512_dpwssd_epi32(sums[c], a, _mm512_set1_epi32(static_cast<int>(t.b[b_index])));
      }
    }
  }
};

}  // namespace

std::int64_t run_avx512_planes(const Tile& t) {
  const ProductTable& table = *t.table;
  using TwoShort = PlanesLane<2, 1, 0, 0>;
  using Three = PlanesLane<3, 2, 1, 0>;
  using Four = PlanesLane<3, 3, 2, 1>;
  using Any = PlanesLane<4, 4, 4, 4>;
  if (TwoShort::fits(table)) return run(t, TwoShort(table));
  if (Three::fits(table)) return run(t, Three(table));
  if (Four::fits(table)) return run(t, Four(table));
  return run(t, Any(table));
}

std::int64_t run_avx512_int8(const Tile& t) { return run(t, Int8Lane{}); }

}  // namespace napier::gemm
#pragma GCC pop_options

namespace napier::gemm {
namespace {

bool machine_has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni") &&
         __builtin_cpu_supports("popcnt");
}

}  // namespace

bool accepts_avx512_planes(const Design& design, const ProductTable* table) {
  return machine_has_avx512() && sums_fit_32_bits(design, table);
}

bool accepts_avx512_int8(const Design& design, const ProductTable* table) {
  return machine_has_avx512() && sums_fit_32_bits(design, table);
}

}  // namespace napier::gemm

// AVX-512: sixteen rows of A side by side in 32-bit lanes, columns of B broadcast to all of them. A product
// is one byte addition, its value a look-up of each byte in registers, the sum a byte dot product with signs.
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <type_traits>
#include <utility>

#include "models/base/error.hpp"
#include "models/gemm/kernel.hpp"

// GCC 12 warns of its own header's deliberately undefined operands (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

#define NAPIER_INLINED __attribute__((always_inline))
#define NAPIER_INLINE NAPIER_INLINED inline

// Everything up to pop_options is compiled for these instructions, whatever the library is compiled for.
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni,popcnt")

namespace napier::gemm {
namespace {

/// f(0), f(1), ... f(count - 1) with constant arguments: arrays indexed by them stay in registers.
template <int count, class F>
NAPIER_INLINE void for_each(F f) {
  [&]<int... i>(std::integer_sequence<int, i...>) NAPIER_INLINED {
    (f(std::integral_constant<int, i>{}), ...);
  }
  (std::make_integer_sequence<int, count>{});
}

/// dot += products of unsigned and signed bytes, four to a lane. In assembler, because GCC 12 copies the
/// accumulators of the intrinsic around and spills others for it.
inline void add_products(__m512i& dot, __m512i bytes, __m512i signs) {
  asm("vpdpbusd %2, %1, %0" : "+v"(dot) : "v"(bytes), "v"(signs));
}

/// Saturating or wrapping addition of vectors' sums to the accumulators of sixteen rows.
class Collector {
 public:
  explicit Collector(const Tile& t)
      : high_(_mm512_set1_epi32(static_cast<int>((std::int64_t{1} << (t.accumulator_bits - 1)) - 1))),
        low_(_mm512_set1_epi32(static_cast<int>(-(std::int64_t{1} << (t.accumulator_bits - 1))))),
        unused_(_mm_cvtsi32_si128(32 - t.accumulator_bits)),
        saturate_(t.overflow == Overflow::kSaturate),
        wide_(t.wide) {}

  /// acc += sums; counts the lanes that overflow.
  NAPIER_INLINE void add(__m512i& acc, __m512i sums, __m512i& overflows) const {
    const __m512i exact = _mm512_add_epi32(acc, sums);
    __m512i clamped = _mm512_max_epi32(_mm512_min_epi32(exact, high_), low_);
    if (wide_) {
      // Left 32 bits: both addends have the sign that the sum lacks.
      const __m512i left = _mm512_and_si512(_mm512_xor_si512(exact, acc), _mm512_xor_si512(exact, sums));
      const __mmask16 below = _mm512_movepi32_mask(_mm512_and_si512(left, sums));
      const __mmask16 above = _mm512_movepi32_mask(_mm512_andnot_si512(sums, left));
      clamped = _mm512_mask_mov_epi32(_mm512_mask_mov_epi32(clamped, below, low_), above, high_);
      overflows = _mm512_mask_add_epi32(
          overflows, _kor_mask16(_kor_mask16(below, above), _mm512_cmpneq_epi32_mask(exact, clamped)),
          overflows, _mm512_set1_epi32(1));
    } else {
      overflows = _mm512_mask_add_epi32(overflows, _mm512_cmpneq_epi32_mask(exact, clamped), overflows,
                                        _mm512_set1_epi32(1));
    }
    acc = saturate_ ? clamped : _mm512_sra_epi32(_mm512_sll_epi32(exact, unused_), unused_);
  }

 private:
  __m512i high_, low_;
  __m128i unused_;
  bool saturate_, wide_;
};

__mmask16 valid_rows(const Tile& t) { return static_cast<__mmask16>((1U << t.rows) - 1); }

/// Groups summed at once where vectors do not matter. GCC 12 keeps a loop over all of them in fewer
/// registers.
constexpr int kManyGroups = 128;

/// Sums the products of `columns` columns from n on. `Lane` sums whole vectors: sum(tile, n, first, last,
/// sums), one where it may have to saturate, many at once, modulo 2^32, where nothing can overflow.
template <int columns, bool checked, class Lane>
NAPIER_INLINE void walk(const Tile& t, int n, const Lane& lane, const Collector& collector,
                        __m512i& overflows) {
  const __mmask16 rows = valid_rows(t);
  const __m512i bias = t.bias != nullptr ? _mm512_maskz_loadu_epi32(rows, t.bias) : _mm512_setzero_si512();
  __m512i acc[columns];
  for_each<columns>([&](auto c) NAPIER_INLINED { acc[c] = bias; });
  const int step = t.groups_per_vector * (checked ? 1 : std::max(1, kManyGroups / t.groups_per_vector));
  for (int start = 0; start < t.groups; start += step) {
    __m512i sums[columns];
    lane.template sum<columns>(t, n, start, std::min(t.groups, start + step), sums);
    for_each<columns>([&](auto c) NAPIER_INLINED {
      if constexpr (checked) {
        collector.add(acc[c], sums[c], overflows);
      } else {
        acc[c] = _mm512_add_epi32(acc[c], sums[c]);
      }
    });
  }
  for_each<columns>(
      [&](auto c) NAPIER_INLINED { _mm512_mask_storeu_epi32(t.acc + (n + c) * t.acc_stride, rows, acc[c]); });
}

template <bool checked, class Lane>
std::int64_t walk_all(const Tile& t, const Lane& lane) {
  const Collector collector(t);
  __m512i overflows = _mm512_setzero_si512();
  int n = t.n_begin;
  for (; n + Lane::kColumns <= t.n_end; n += Lane::kColumns) {
    walk<Lane::kColumns, checked>(t, n, lane, collector, overflows);
  }
  for (; n < t.n_end; ++n) walk<1, checked>(t, n, lane, collector, overflows);
  alignas(64) std::array<std::uint32_t, kPanel> counts;
  _mm512_store_si512(counts.data(), overflows);
  std::int64_t total = 0;
  for (const std::uint32_t count : counts) total += count;
  return total;
}

template <class Lane>
std::int64_t run(const Tile& t, const Lane& lane) {
  return t.can_overflow ? walk_all<true>(t, lane) : walk_all<false>(t, lane);
}

/// Columns worked on at once: enough to share the loads of A, few enough to stay in registers.
constexpr int columns_for(int planes) { return planes == 1 ? 8 : planes <= 3 ? 4 : 2; }

/// Values split into bytes: plane p is zero from attenuation 64 * reach_p on, and at 64 * reach_p - 1 unless
/// reach_p is 4. `limit` is Packer's: 64 * (largest reach) - 1.
template <int limit, int folds, int... reaches>
class PlanesLane {
  static constexpr int kPlanes = sizeof...(reaches);
  static constexpr std::array<int, kPlanes> kReach = {reaches...};
  static constexpr int kRegisters = (reaches + ...);
  static constexpr int kOffset = 255 - limit;  ///< index = attenuation + kOffset
  static constexpr bool any(int reach) { return ((reaches == reach) || ...); }
  static constexpr int first_register(int plane) {
    int sum = 0;
    for (int p = 0; p < plane; ++p) sum += kReach[static_cast<std::size_t>(p)];
    return sum;
  }
  /// Entry of plane's register `r` for the look-up's low six bits being 0: 64 * r, but where indices are
  /// offset by 64 the two registers of a double look-up change places.
  static constexpr int first_entry(int reach, int r) {
    return 64 * (limit == 191 && reach > 1 && r < 2 ? 1 - r : r);
  }

 public:
  static constexpr int kColumns = columns_for(kPlanes);
  static constexpr int kLimit = limit;

  static bool fits(const ProductTable& t) {
    if (t.folds != folds) return false;
    for (std::size_t p = 0; p < t.planes.size(); ++p) {
      const int reach = p < kPlanes ? kReach[p] : 0;
      if (t.planes[p].used > (reach == 4 ? 256 : std::max(0, 64 * reach - 1))) return false;
    }
    return true;
  }

  explicit PlanesLane(const ProductTable& table) {
    for (int p = 0; p < kPlanes; ++p) {
      const int reach = kReach[static_cast<std::size_t>(p)];
      for (int r = 0; r < reach; ++r) {
        const auto& bytes = table.planes[static_cast<std::size_t>(p)].bytes;
        tables_[first_register(p) + r] = _mm512_loadu_si512(bytes.data() + first_entry(reach, r));
      }
    }
  }

  template <int columns>
  NAPIER_INLINE void sum(const Tile& t, int n, int start, int end, __m512i (&sums)[columns]) const {
    __m512i dot[columns * kPlanes];
    for_each<columns * kPlanes>([&](auto i) NAPIER_INLINED { dot[i] = _mm512_setzero_si512(); });
    const std::int64_t stride = 2 * std::int64_t{t.groups};
    const std::uint32_t* b = t.b + n * stride;
    // Only planes that are dropped tell vectors apart.
    const int step = folds > 0 ? t.groups_per_vector : end - start;
    for (int first = start; first < end; first += step) {
      const std::int64_t last = std::min(end, first + step);
      for (std::int64_t g = first; g < last; ++g) {
        const __m512i a = _mm512_loadu_si512(t.a + 2 * kPanel * g);
        const __m512i a_sign = _mm512_loadu_si512(t.a + 2 * kPanel * g + kPanel);
        for_each<columns>([&](auto c) NAPIER_INLINED {
          const std::uint32_t* pair = b + c * stride + 2 * g;
          const Index index(_mm512_adds_epu8(a, _mm512_set1_epi32(static_cast<int>(pair[0]))));
          const __m512i sign = _mm512_xor_si512(a_sign, _mm512_set1_epi32(static_cast<int>(pair[1])));
          for_each<kPlanes>([&](auto plane) NAPIER_INLINED {
            add_products(dot[c * kPlanes + plane], look_up<plane>(index), sign);
          });
        });
      }
      for_each<columns>([&](auto c) NAPIER_INLINED { drop(dot + c * kPlanes); });
    }
    for_each<columns>([&](auto c) NAPIER_INLINED { sums[c] = join(dot + c * kPlanes); });
  }

 private:
  /// An index in the forms that look-ups of different reach want.
  struct Index {
    __m512i full;
    __m512i below128, below192;  ///< clamped to the attenuations 127 and 191
    __mmask64 last_half;         ///< attenuation 128 or more
    NAPIER_INLINE explicit Index(__m512i i) : full(i), below128(i), below192(i), last_half{} {
      if constexpr (limit > 127) {
        below128 = _mm512_min_epu8(i, _mm512_set1_epi8(static_cast<char>(127 + kOffset)));
        last_half = limit == 255 ? _mm512_movepi8_mask(i)
                                 : _mm512_cmpge_epu8_mask(i, _mm512_set1_epi8(static_cast<char>(192)));
      }
      if constexpr (limit > 191 && any(3)) {
        below192 = _mm512_min_epu8(i, _mm512_set1_epi8(static_cast<char>(191)));
      }
    }
  };

  template <int plane>
  NAPIER_INLINE __m512i look_up(const Index& index) const {
    constexpr int reach = kReach[plane];
    const __m512i* table = tables_ + first_register(plane);
    if constexpr (limit == 63) {
      return _mm512_permutexvar_epi8(index.full, table[0]);
    } else if constexpr (reach == 1) {
      const __m512i zero = _mm512_setzero_si512();
      return limit == 191 ? _mm512_permutex2var_epi8(zero, index.below128, table[0])
                          : _mm512_permutex2var_epi8(table[0], index.below128, zero);
    } else if constexpr (reach == 2) {
      return _mm512_permutex2var_epi8(table[0], index.below128, table[1]);
    } else if constexpr (reach == 3) {
      return _mm512_mask_permutexvar_epi8(_mm512_permutex2var_epi8(table[0], index.full, table[1]),
                                          index.last_half, index.below192, table[2]);
    } else {
      return _mm512_mask_blend_epi8(index.last_half, _mm512_permutex2var_epi8(table[0], index.full, table[1]),
                                    _mm512_permutex2var_epi8(table[2], index.full, table[3]));
    }
  }

  /// At the end of a vector: the lowest `folds` bytes of its sum go. As the planes above are whole multiples
  /// of what is dropped, floor(sum / 256^folds) needs of the dropped planes only the carry.
  NAPIER_INLINE static void drop(__m512i* dot) {
    for_each<folds>([&](auto p) NAPIER_INLINED {
      dot[p + 1] = _mm512_add_epi32(dot[p + 1], _mm512_srai_epi32(dot[p], 8));
      dot[p] = _mm512_setzero_si512();
    });
  }

  /// The sums of the planes that are not dropped as one, modulo 2^32.
  NAPIER_INLINE static __m512i join(const __m512i* dot) {
    __m512i sum = dot[folds];
    for_each<kPlanes - folds - 1>([&](auto i) NAPIER_INLINED {
      constexpr int above = i + 1;
      sum = _mm512_add_epi32(sum, _mm512_slli_epi32(dot[folds + above], static_cast<unsigned>(8 * above)));
    });
    return sum;
  }

  __m512i tables_[kRegisters];
};

/// INT8: pairs of 16-bit products.
struct Int8Lane {
  static constexpr int kColumns = 8;

  template <int columns>
  NAPIER_INLINE void sum(const Tile& t, int n, int start, int end, __m512i (&sums)[columns]) const {
    for_each<columns>([&](auto c) NAPIER_INLINED { sums[c] = _mm512_setzero_si512(); });
    const std::uint32_t* b = t.b + std::int64_t{n} * t.groups;
    for (int g = start; g < end; ++g) {
      const __m512i a = _mm512_loadu_si512(t.a + g * kPanel);
      for_each<columns>([&](auto c) NAPIER_INLINED {
        const std::int64_t place = std::int64_t{c} * t.groups + g;
        sums[c] = _mm512_dpwssd_epi32(sums[c], a, _mm512_set1_epi32(static_cast<int>(b[place])));
      });
    }
  }
};

/// One way to split a table into planes.
struct Split {
  bool (*fits)(const ProductTable& table);
  int limit;
  std::int64_t (*run)(const Tile& tile);
};

template <int limit, int folds, int... reaches>
constexpr Split split() {
  using Lane = PlanesLane<limit, folds, reaches...>;
  return {Lane::fits, limit, [](const Tile& t) { return run(t, Lane(*t.table)); }};
}

/// Fastest first. What they fit is said for 8-bit words of 8 codes an octave.
constexpr Split kSplits[] = {
    split<63, 0, 1>(),                     // 7 term bits
    split<63, 0, 1, 1>(),                  // formats of few octaves
    split<63, 0, 1, 1, 1, 1>(),            //
    split<127, 0, 2, 1>(),                 // up to 15 term bits
    split<127, 0, 2, 2, 2, 2>(),           //
    split<191, 0, 3, 2, 1>(),              // up to 23
    split<255, 0, 4, 3, 2, 1>(),           // up to 31
    split<255, 0, 4, 4, 4, 4>(),           //
    split<63, 1, 1, 1, 1, 1, 1>(),         // the same with constants of up to 8 bits of fraction
    split<127, 1, 2, 2, 1>(),              //
    split<191, 1, 3, 3, 2, 1>(),           //
    split<255, 1, 4, 4, 3, 2, 1>(),        //
    split<255, 1, 4, 4, 4, 4, 4>(),        //
    split<255, 2, 4, 4, 4, 4, 4, 4>(),     // up to 16 bits
    split<255, 3, 4, 4, 4, 4, 4, 4, 4>(),  // any
};

const Split* choose(const ProductTable& table) {
  const auto* found = std::find_if(std::begin(kSplits), std::end(kSplits),
                                   [&](const Split& split) { return split.fits(table); });
  return found == std::end(kSplits) ? nullptr : found;
}

}  // namespace

std::int64_t run_avx512_planes(const Tile& t) { return choose(*t.table)->run(t); }

int limit_avx512_planes(const ProductTable& table) { return choose(table)->limit; }

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
  return machine_has_avx512() && vector_sums_fit_32_bits(design, table) && choose(*table) != nullptr;
}

bool accepts_avx512_int8(const Design& design, const ProductTable* table) {
  return machine_has_avx512() && vector_sums_fit_32_bits(design, table);
}

}  // namespace napier::gemm

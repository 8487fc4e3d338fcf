// AVX-512: sixteen rows of A side by side in 32-bit lanes, columns of B broadcast to all of them. A product
// is one byte addition, its value a look-up of each byte in registers, the sum a byte dot product with signs.
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

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
  __m512i acc[columns];
  if constexpr (Lane::kLacksLouds) {
    for_each<columns>([&](auto c) NAPIER_INLINED {
      acc[c] = _mm512_maskz_loadu_epi32(rows, t.acc + (n + c) * t.acc_stride);
    });
  } else {
    const __m512i bias = t.bias != nullptr ? _mm512_maskz_loadu_epi32(rows, t.bias) : _mm512_setzero_si512();
    for_each<columns>([&](auto c) NAPIER_INLINED { acc[c] = bias; });
  }
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

/// How operands have to be packed for one split of a table into planes.
struct Form {
  int limit;  ///< see Packer
  int louds;  ///< attenuations that the split's first quarter holds; 0: it is as full as the others
};

/// A table split into planes of bytes. An index is an attenuation plus 255 - `limit`; its two high bits
/// choose a *quarter* of 64 entries, one register. Plane p is zero outside `reaches[p]` quarters from `first`
/// on, and at the last of their indices; the lowest `folds` planes are dropped from vectors' sums.
///
/// Where the first quarter holds nothing but loud attenuations, `quiet` lanes leave it out: planes that stay
/// in the sum take a register less, and those that only the loud reach are gone. A look-up of a loud
/// attenuation then finds an entry of another quarter; missing() says what is to be added.
template <bool quiet, int first, int folds, int... reaches>
class PlanesLane {
  static constexpr std::array<int, sizeof...(reaches)> kFullReach = {reaches...};
  static constexpr bool shortened(int plane) { return quiet && plane >= folds; }
  static constexpr int begin(int plane) { return shortened(plane) ? first + 1 : first; }
  static constexpr int reach(int plane) {
    return kFullReach[static_cast<std::size_t>(plane)] - (shortened(plane) ? 1 : 0);
  }
  static constexpr int end(int plane) { return begin(plane) + reach(plane); }
  static constexpr int planes() {
    int count = 0;
    while (count < static_cast<int>(sizeof...(reaches)) && reach(count) > 0) ++count;
    return count;
  }
  static constexpr int kPlanes = planes();
  static constexpr int first_register(int plane) {
    int sum = 0;
    for (int p = 0; p < plane; ++p) sum += reach(p);
    return sum;
  }
  /// Whether a plane wants indices that stop before a quarter.
  static constexpr bool long_ends_before(int quarter) {
    for (int p = 0; p < kPlanes; ++p) {
      if (reach(p) > 1 && end(p) == quarter) return true;
    }
    return false;
  }
  /// Whether a plane of one register looks up in a pair with zeros, as bit 6 of an index tells neighbouring
  /// quarters apart. Indices then have to stop a quarter later, which is free where they do anyway.
  static constexpr bool beside_zeros(int plane) {
    return reach(plane) == 1 && (end(plane) == 3 || long_ends_before(end(plane) + 1));
  }
  /// The quarter before which a plane wants indices to stop.
  static constexpr int stop(int plane) { return end(plane) + (beside_zeros(plane) ? 1 : 0); }
  static constexpr bool stops_before(int quarter) {
    for (int p = 0; p < kPlanes; ++p) {
      if (stop(p) == quarter) return true;
    }
    return false;
  }

 public:
  static constexpr int kColumns = columns_for(kPlanes);
  static constexpr bool kLacksLouds = quiet;
  static constexpr bool kHasQuiet = first < 3;

  /// The form of this split that holds a table, if one does.
  static std::optional<Form> form(const ProductTable& t) {
    if (t.folds != folds) return std::nullopt;
    // A plane's entries end before the last index of its quarters if the first quarter holds so many of them
    // that the others, 64 each, take the rest and a zero.
    int louds = 1;
    for (std::size_t p = 0; p < t.planes.size(); ++p) {
      const int reach = p < kFullReach.size() ? kFullReach[p] : 0;
      if (t.planes[p].used == 0) continue;
      if (reach == 0) return std::nullopt;
      louds = std::max(louds, t.planes[p].used + 1 - 64 * (reach - 1));
    }
    if (louds <= kQuiet && kHasQuiet) return Form{64 * (3 - first) + louds - 1, louds};
    if (louds <= 64) return Form{64 * (4 - first) - 1, 0};
    return std::nullopt;
  }

  PlanesLane(const ProductTable& table, int limit) {
    for_each<kPlanes>([&](auto p) {
      // Nothing comes before attenuation 0.
      std::array<std::uint8_t, 64 + 256> bytes{};
      std::copy_n(table.planes[p].bytes.begin(), 256, bytes.begin() + 64);
      for (int r = 0; r < reach(p); ++r) {
        const int attenuation = 64 * (begin(p) + r) - (255 - limit);
        tables_[first_register(p) + r] = _mm512_loadu_si512(bytes.data() + 64 + attenuation);
      }
    });
  }

  /// What the sums of the planes that are not dropped miss for each loud attenuation.
  static std::vector<std::int32_t> missing(const ProductTable& t, const Form& form) {
    std::vector<std::int32_t> all;
    for (std::size_t attenuation = 0; attenuation < static_cast<std::size_t>(form.louds); ++attenuation) {
      std::uint32_t value = 0;
      for (std::size_t p = folds; p < t.planes.size() && p < folds + 4; ++p) {
        std::uint32_t is = 0;
        const int plane = static_cast<int>(p);
        if (plane < kPlanes && !beside_zeros(plane)) {
          // Of one register the six low bits of an index choose an entry; of two or three, the bit above them
          // tells the first from the second.
          is = t.planes[p].bytes[attenuation + (reach(plane) == 1 ? 64 : 128)];
        }
        value += (t.planes[p].bytes[attenuation] - is) << (8 * (p - folds));
      }
      all.push_back(static_cast<std::int32_t>(value));
    }
    return all;
  }

  template <int columns>
  NAPIER_INLINE void sum(const Tile& t, int n, int start, int end, __m512i (&sums)[columns]) const {
    __m512i dot[columns * kPlanes];
    for_each<columns * kPlanes>([&](auto i) NAPIER_INLINED { dot[i] = _mm512_setzero_si512(); });
    const std::int64_t stride = 2 * std::int64_t{t.groups};
    const std::uint32_t* b = t.b + n * stride;
    // Only planes that are dropped tell vectors apart.
    const int step = folds > 0 ? t.groups_per_vector : end - start;
    for (int vector = start; vector < end; vector += step) {
      const std::int64_t last = std::min(end, vector + step);
      for (std::int64_t g = vector; g < last; ++g) {
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
    __m512i below[5];  ///< [q]: clamped to the last index before quarter q
    NAPIER_INLINE explicit Index(__m512i i) {
      for_each<4>([&](auto q) NAPIER_INLINED {
        if constexpr (stops_before(q))
          below[q] = _mm512_min_epu8(i, _mm512_set1_epi8(static_cast<char>(64 * q - 1)));
      });
      below[4] = i;
    }
  };

  /// Lanes whose index lies in quarter q or after.
  template <int q>
  NAPIER_INLINE static __mmask64 from_quarter(__m512i index) {
    return q == 2 ? _mm512_movepi8_mask(index)
                  : _mm512_cmpge_epu8_mask(index, _mm512_set1_epi8(static_cast<char>(64 * q)));
  }

  template <int plane>
  NAPIER_INLINE __m512i look_up(const Index& index) const {
    const __m512i* table = tables_ + first_register(plane);
    const __m512i i = index.below[stop(plane)];
    constexpr int odd = begin(plane) % 2;  // bit 6 of an index in the first register's quarter
    if constexpr (beside_zeros(plane)) {
      const __m512i zeros = _mm512_setzero_si512();
      return odd == 0 ? _mm512_permutex2var_epi8(table[0], i, zeros)
                      : _mm512_permutex2var_epi8(zeros, i, table[0]);
    } else if constexpr (reach(plane) == 1) {
      return _mm512_permutexvar_epi8(i, table[0]);
    } else {
      const __m512i two = _mm512_permutex2var_epi8(table[odd], i, table[1 - odd]);
      if constexpr (reach(plane) == 2) {
        return two;
      } else if constexpr (reach(plane) == 3) {
        return _mm512_mask_permutexvar_epi8(two, from_quarter<begin(plane) + 2>(index.below[4]), i, table[2]);
      } else {
        return _mm512_mask_blend_epi8(from_quarter<2>(i), two,
                                      _mm512_permutex2var_epi8(table[2], i, table[3]));
      }
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

  __m512i tables_[first_register(kPlanes)];
};

/// INT8: pairs of 16-bit products.
struct Int8Lane {
  static constexpr int kColumns = 8;
  static constexpr bool kLacksLouds = false;

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
  std::optional<Form> (*form)(const ProductTable& table);
  std::int64_t (*run)(const Tile& tile, int limit);
  /// Of forms with loud attenuations.
  std::int64_t (*run_quiet)(const Tile& tile, int limit) = nullptr;
  std::vector<std::int32_t> (*missing)(const ProductTable& table, const Form& form) = nullptr;
};

template <int first, int folds, int... reaches>
constexpr Split split() {
  using Full = PlanesLane<false, first, folds, reaches...>;
  Split split{.form = Full::form,
              .run = [](const Tile& t, int limit) { return run(t, Full(*t.table, limit)); }};
  if constexpr (Full::kHasQuiet) {
    using Quiet = PlanesLane<true, first, folds, reaches...>;
    split.run_quiet = [](const Tile& t, int limit) { return walk_all<false>(t, Quiet(*t.table, limit)); };
    split.missing = Quiet::missing;
  }
  return split;
}

/// Fastest first. What they fit is said for 8-bit words of 8 codes an octave.
constexpr Split kSplits[] = {
    split<3, 0, 1>(),                    // 7 term bits
    split<2, 0, 2, 1>(),                 // up to 15; 8 with one plane but for loud operands
    split<3, 0, 1, 1>(),                 // formats of few octaves
    split<3, 0, 1, 1, 1, 1>(),           //
    split<1, 0, 3, 2, 1>(),              // up to 23; 16 with two planes but for loud operands
    split<2, 0, 2, 2, 2, 2>(),           //
    split<0, 0, 4, 3, 2, 1>(),           // up to 31; 24 with three planes but for loud operands
    split<0, 0, 4, 4, 4, 4>(),           //
    split<3, 1, 1, 1, 1, 1>(),           // the same with constants of up to 8 bits of fraction
    split<2, 1, 2, 2, 1>(),              //
    split<1, 1, 3, 3, 2, 1>(),           // 16 with three planes but for loud operands
    split<0, 1, 4, 4, 3, 2, 1>(),        //
    split<0, 1, 4, 4, 4, 4, 4>(),        //
    split<0, 2, 4, 4, 4, 4, 4, 4>(),     // up to 16 bits
    split<0, 3, 4, 4, 4, 4, 4, 4, 4>(),  // any
};

struct Choice {
  const Split* split;
  Form form;
};

std::optional<Choice> choose(const ProductTable& table) {
  for (const Split& split : kSplits) {
    if (const std::optional<Form> form = split.form(table)) return Choice{&split, *form};
  }
  return std::nullopt;
}

}  // namespace

std::int64_t run_avx512_planes(const Tile& t) {
  const Choice choice = *choose(*t.table);
  return (t.quiet ? choice.split->run_quiet : choice.split->run)(t, choice.form.limit);
}

int limit_avx512_planes(const ProductTable& table) { return choose(table)->form.limit; }

LoudTables louds_avx512_planes(const ProductTable& table) {
  const Choice choice = *choose(table);
  if (choice.form.louds == 0) return LoudTables();
  return LoudTables(choice.split->missing(table, choice.form));
}

std::int64_t run_avx512_int8(const Tile& t) { return run(t, Int8Lane{}); }

}  // namespace napier::gemm
#pragma GCC pop_options

namespace napier::gemm {
namespace {

bool machine_has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
         __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("popcnt");
}

}  // namespace

bool accepts_avx512_planes(const Design& design, const ProductTable* table) {
  return machine_has_avx512() && vector_sums_fit_32_bits(design, table) && choose(*table).has_value();
}

bool accepts_avx512_int8(const Design& design, const ProductTable* table) {
  return machine_has_avx512() && vector_sums_fit_32_bits(design, table);
}

}  // namespace napier::gemm

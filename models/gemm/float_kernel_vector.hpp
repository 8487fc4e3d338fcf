// The kernels in vectors of kBytes. Included once by each file that compiles them for an instruction set,
// inside its target pragma, after all other headers; kBytes is the size of the set's registers and kColumns
// the columns of B that its register file holds sums of.

namespace napier::gemm {
namespace {

template <class Number>
struct VectorOf {
  typedef Number Type __attribute__((vector_size(kBytes)));
};
using Floats = VectorOf<float>::Type;
using Ints = VectorOf<std::int32_t>::Type;
using Doubles = VectorOf<double>::Type;
typedef float HalfFloats __attribute__((vector_size(kBytes / 2)));  ///< as many as Doubles

template <class Vector, class Number>
inline Vector load(const Number* from) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

/// The rows of a register whose first is `row` that are valid, to acc.
inline void store_integers(const FloatTile<float>& t, int row, std::int64_t n, const Ints& values) {
  std::int32_t* acc = t.acc + n * t.y_stride + row;
  constexpr int kLanes = kBytes / 4;
  for (int i = 0; i < kLanes && row + i < t.rows; ++i) acc[i] = values[i];
}

/// The rows of a register whose first is `row` that are valid, to y.
template <class Vector, class Number>
inline void store(const FloatTile<Number>& t, int row, std::int64_t n, const Vector& values) {
  constexpr int kLanes = static_cast<int>(sizeof(Vector) / sizeof(float));
  float* y = t.y + n * t.y_stride + row;
  float numbers[kLanes];
  for (int i = 0; i < kLanes; ++i) numbers[i] = static_cast<float>(static_cast<double>(values[i]) * t.unit);
  for (int i = 0; i < kLanes && row + i < t.rows; ++i) y[i] = numbers[i];
}

/// Calls body(row, n, columns) for all registers of the panel and all columns, kColumns at once.
template <int kLanes, class Number, class Body>
inline void walk(const FloatTile<Number>& t, Body body) {
  for (int row = 0; row < t.rows; row += kLanes) {
    int n = t.n_begin;
    for (; n + kColumns <= t.n_end; n += kColumns) {
      body(row, n, std::integral_constant<int, kColumns>());
    }
    for (; n < t.n_end; ++n) body(row, n, std::integral_constant<int, 1>());
  }
}

template <bool kHalfUp>
std::int64_t integer_tile(const FloatTile<float>& t) {
  constexpr int kLanes = kBytes / 4;
  const std::int64_t k = std::int64_t{t.vectors} * t.vector;
  const std::int64_t limit = std::int64_t{1} << (t.datapath.accumulator_bits - 1);
  const Ints high = Ints{} + static_cast<std::int32_t>(limit - 1);
  const Ints low = Ints{} + static_cast<std::int32_t>(-limit);
  const int unused = 32 - t.datapath.accumulator_bits;
  const bool saturate = t.datapath.overflow == Overflow::kSaturate;
  const Ints sign_bit = Ints{} + std::numeric_limits<std::int32_t>::min();
  const Floats half = Floats{} + 0.5F;
  std::int64_t overflows = 0;
  walk<kLanes>(t, [&](int row, std::int64_t n, auto columns) {
    Ints valid;
    for (int i = 0; i < kLanes; ++i) valid[i] = row + i < t.rows ? 1 : 0;
    Ints acc[columns];
    Ints overflowed[columns];
    const float* b[columns];
    for (int c = 0; c < columns; ++c) {
      acc[c] = load<Ints>(t.integer_bias + row);
      overflowed[c] = Ints{};
      b[c] = t.b + (n + c) * k;
    }
    const float* a = t.a + row;
    for (int v = 0; v < t.vectors; ++v) {
      Ints sum[columns];
      for (int c = 0; c < columns; ++c) sum[c] = Ints{};
      for (int i = 0; i < t.vector; ++i, a += kFloatPanel) {
        const auto numbers = load<Floats>(a);
        for (int c = 0; c < columns; ++c) {
          Floats product = numbers * *b[c]++;
          if constexpr (kHalfUp) product += (Floats)(((Ints)product & sign_bit) | (Ints)half);
          sum[c] += __builtin_convertvector(product, Ints);
        }
      }
      for (int c = 0; c < columns; ++c) {
        const Ints exact = acc[c] + sum[c];
        const Ints clamped = exact > high ? high : (exact < low ? low : exact);
        overflowed[c] += exact != clamped ? valid : Ints{};
        acc[c] = saturate ? clamped : (exact << unused) >> unused;
      }
    }
    for (int c = 0; c < columns; ++c) {
      for (int i = 0; i < kLanes; ++i) overflows += overflowed[c][i];
      if (t.acc != nullptr) {
        store_integers(t, row, n + c, acc[c]);
      } else {
        store(t, row, n + c, acc[c]);
      }
    }
  });
  return overflows;
}

template <int kCount>
struct Partial {
  Floats column[kCount];
};

/// The tree over kLeaves neighbouring products, for some columns.
template <int kLeaves, int kCount>
inline __attribute__((always_inline)) Partial<kCount> leaves(const float* a, const float* const* b,
                                                             std::int64_t i) {
  Partial<kCount> sum;
  if constexpr (kLeaves == 1) {
    const auto numbers = load<Floats>(a + i * kFloatPanel);
    for (int c = 0; c < kCount; ++c) sum.column[c] = numbers * b[c][i];
  } else {
    const Partial<kCount> left = leaves<kLeaves / 2, kCount>(a, b, i);
    const Partial<kCount> right = leaves<kLeaves / 2, kCount>(a, b, i + kLeaves / 2);
    for (int c = 0; c < kCount; ++c) sum.column[c] = left.column[c] + right.column[c];
  }
  return sum;
}

template <int kLeaves>
void tree_tile(const FloatTile<float>& t) {
  constexpr int kLanes = kBytes / 4;
  constexpr int kLevels = 6;  // 256 / 8 subtrees and one
  const std::int64_t k = std::int64_t{t.vectors} * t.vector;
  walk<kLanes>(t, [&](int row, std::int64_t n, auto columns) {
    constexpr int kCount = decltype(columns)::value;
    Floats acc[kCount];
    const float* b[kCount];
    for (int c = 0; c < kCount; ++c) {
      acc[c] = load<Floats>(t.bias + row);
      b[c] = t.b + (n + c) * k;
    }
    Partial<kCount> waiting[kLevels];  // left halves, by height
    for (std::int64_t start = 0; start < k; start += t.vector) {
      Partial<kCount> sum;
      for (int i = 0; i < t.vector; i += kLeaves) {
        sum = leaves<kLeaves, kCount>(t.a + row, b, start + i);
        int height = 0;
        for (int done = i / kLeaves; done % 2 == 1; done /= 2, ++height) {
          for (int c = 0; c < kCount; ++c) sum.column[c] = waiting[height].column[c] + sum.column[c];
        }
        waiting[height] = sum;
      }
      for (int c = 0; c < kCount; ++c) acc[c] += sum.column[c];
    }
    for (int c = 0; c < kCount; ++c) store(t, row, n + c, acc[c]);
  });
}

inline void tree(const FloatTile<float>& t) {
  switch (t.vector) {
    case 1:
      return tree_tile<1>(t);
    case 2:
      return tree_tile<2>(t);
    case 4:
      return tree_tile<4>(t);
    default:
      return tree_tile<8>(t);
  }
}

inline std::int64_t integer(const FloatTile<float>& t) {
  return t.datapath.term_rounding == TermRounding::kHalfUp ? integer_tile<true>(t) : integer_tile<false>(t);
}

inline void blocks(const FloatTile<double>& t) {
  constexpr int kLanes = kBytes / 8;
  const std::int64_t k = std::int64_t{t.vectors} * t.vector;
  walk<kLanes>(t, [&](int row, std::int64_t n, auto columns) {
    constexpr int kCount = decltype(columns)::value;
    HalfFloats acc[kCount];
    const double* b[kCount];
    for (int c = 0; c < kCount; ++c) {
      acc[c] = load<HalfFloats>(t.bias + row);
      b[c] = t.b + (n + c) * k;
    }
    const double* a = t.a + row;
    for (std::int64_t block = 0; block < t.vectors; ++block) {
      Doubles sum[kCount];
      for (int c = 0; c < kCount; ++c) sum[c] = Doubles{};
      for (int i = 0; i < t.vector; ++i, a += kFloatPanel) {
        const auto numbers = load<Doubles>(a);
        for (int c = 0; c < kCount; ++c) sum[c] += numbers * *b[c]++;
      }
      const auto scale = load<Doubles>(t.a_scale + block * kFloatPanel + row);
      for (int c = 0; c < kCount; ++c) {
        const Doubles scaled = sum[c] * (scale * t.b_scale[(n + c) * t.vectors + block]);
        acc[c] += __builtin_convertvector(scaled, HalfFloats);
      }
    }
    for (int c = 0; c < kCount; ++c) store(t, row, n + c, acc[c]);
  });
}

}  // namespace
}  // namespace napier::gemm

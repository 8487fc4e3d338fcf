#include "models/gemm/float_gemm.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <mutex>

#include "models/base/error.hpp"
#include "models/format/number_format.hpp"
#include "models/gemm/float_kernel.hpp"

namespace napier {
namespace {

using gemm::FloatKernel;
using gemm::FloatTile;
using gemm::kFloatPanel;

/// Columns of one piece of work.
constexpr int kColumnBlock = 128;

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

int whole(int count, int unit) { return (count + unit - 1) / unit; }

/// Exponent that takes a product of two numbers to accumulator units.
int term_exponent(const Design& design, const NumberFormat& format) {
  if (format.accumulation != Accumulation::kInteger) return 0;
  return design.datapath.term_bits - product_octave(format.element());
}

bool accepts(const FloatKernel& kernel, const Design& design, const NumberFormat& format) {
  if (!kernel.available()) return false;
  if (kernel.name == "portable" || format.accumulation != Accumulation::kInteger) return true;
  const double largest = double{format.limit};
  return gemm::terms_fit_32_bits(design.datapath,
                                 std::ldexp(largest * largest, term_exponent(design, format)) + 1);
}

const FloatKernel& choose(const Design& design, const NumberFormat& format, std::string wanted) {
  const char* forced = std::getenv("NAPIER_KERNEL");
  if (wanted.empty() && forced != nullptr) wanted = forced;
  std::string names;
  for (const FloatKernel& kernel : gemm::float_kernels()) {
    if (!accepts(kernel, design, format)) continue;
    if (wanted.empty() || kernel.name == wanted) return kernel;
    names += (names.empty() ? "" : ", ") + std::string(kernel.name);
  }
  throw InputError("kernel '" + wanted + "' (NAPIER_KERNEL) does not fit this machine and design '" +
                   design.name + "'; choose one of: " + names);
}

void check_size(std::size_t size, std::size_t wanted, const char* what) {
  if (size == wanted) return;
  throw InternalError(std::string("matrix product: ") + what + " has " + std::to_string(size) +
                      " elements, not " + std::to_string(wanted));
}

/// Where results go: numbers, or the integer accumulators behind them.
struct Results {
  std::span<float> y;
  std::span<std::int32_t> acc;
};

/// A matrix as the kernels read it: rows filled up with zeros to whole vectors, and to whole panels where A.
template <class Number>
struct Packed {
  std::vector<Number> numbers;
  std::vector<double> scales;
};

}  // namespace

struct FloatGemm::State {
  Design design;
  const Parallel& threads;
  NumberFormat format;
  const FloatKernel& kernel;
  int vector;  ///< pairs summed before they enter the accumulator
  Packed<float> a, b;
  Packed<double> blocked_a, blocked_b;

  State(const Design& d, const Parallel& t, const std::string& wanted)
      : design(d),
        threads(t),
        format(number_format(d.format.kind)),
        kernel(choose(d, format, wanted)),
        vector(format.accumulation == Accumulation::kBlocks ? format.blocks.block : d.datapath.vector) {}

  /// Rows [first, first + count) of A as a panel, or (panel 1) a row of B. Returns what rounding to blocks
  /// lost.
  template <class Number>
  QuantizeCounts pack_rows(const FloatMatrix& matrix, int columns, int first, int count, int panel,
                           float factor, Packed<Number>& packed) const {
    const int vectors = whole(columns, vector);
    Number* to = packed.numbers.data() + area(first, vectors * vector);
    std::fill_n(to, area(panel, vectors * vector), Number{0});
    QuantizeCounts counts;
    std::vector<float> elements, scales;
    for (int row = 0; row < count; ++row) {
      std::span<const float> from =
          matrix.numbers.subspan(area(first + row, columns), static_cast<std::size_t>(columns));
      if constexpr (std::is_same_v<Number, double>) {
        elements.resize(from.size());
        scales.resize(static_cast<std::size_t>(vectors));
        counts += round_blocks(format.blocks, from, matrix.k, elements, scales);
        double* scale = packed.scales.data() + area(first, vectors) + row;
        for (int v = 0; v < vectors; ++v) scale[v * panel] = double{scales[static_cast<std::size_t>(v)]};
        from = elements;
      }
      for (int i = 0; i < columns; ++i) {
        to[area(i, panel) + static_cast<std::size_t>(row)] =
            Number{from[static_cast<std::size_t>(i)]} * Number{factor};
      }
    }
    return counts;
  }

  template <class Number>
  QuantizeCounts pack(const FloatMatrix& matrix, int rows, int columns, int panel, float factor,
                      Packed<Number>& packed) const {
    const int padded = whole(rows, panel) * panel;
    const int vectors = whole(columns, vector);
    packed.numbers.resize(area(padded, vectors * vector));
    if constexpr (std::is_same_v<Number, double>) packed.scales.assign(area(padded, vectors), 0.0);
    QuantizeCounts counts;
    std::mutex mutex;
    const int piece = std::max(panel, kFloatPanel);  // rows that a thread takes at once
    threads.for_each(whole(rows, piece), [&](int i) {
      QuantizeCounts lost;
      const int end = std::min(rows, (i + 1) * piece);
      for (int first = i * piece; first < end; first += panel) {
        lost += pack_rows(matrix, columns, first, std::min(panel, end - first), panel, factor, packed);
      }
      const std::lock_guard lock(mutex);
      counts += lost;
    });
    return counts;
  }

  /// The tile of panel and column block number i, without its operands.
  template <class Number>
  std::int64_t run(int i, int m, int n, int k, const Packed<Number>& pa, const Packed<Number>& pb,
                   double unit, std::span<const float> bias, std::span<const std::int32_t> integer_bias,
                   const Results& to) const {
    const int blocks = whole(n, kColumnBlock);
    const int first_row = i / blocks * kFloatPanel;
    const int first_column = i % blocks * kColumnBlock;
    const int vectors = whole(k, vector);
    const FloatTile<Number> tile{
        .a = pa.numbers.data() + area(first_row, vectors * vector),
        .b = pb.numbers.data(),
        .a_scale = pa.scales.data() + (pa.scales.empty() ? 0 : area(first_row, vectors)),
        .b_scale = pb.scales.data(),
        .vectors = vectors,
        .vector = vector,
        .bias = bias.data() + first_row,
        .integer_bias = integer_bias.data() + first_row,
        .unit = unit,
        .y = to.y.data() + first_row,
        .acc = to.acc.empty() ? nullptr : to.acc.data() + first_row,
        .y_stride = m,
        .rows = std::min(kFloatPanel, m - first_row),
        .n_begin = first_column,
        .n_end = std::min(n, first_column + kColumnBlock),
        .datapath = design.datapath,
    };
    if constexpr (std::is_same_v<Number, double>) {
      kernel.blocks(tile);
      return 0;
    } else {
      if (format.accumulation == Accumulation::kInteger) return kernel.integer(tile);
      kernel.tree(tile);
      return 0;
    }
  }
};

FloatGemm::FloatGemm(const Design& design, const Parallel& threads, const std::string& kernel)
    : state_(std::make_unique<State>(design, threads, kernel)) {}
FloatGemm::~FloatGemm() = default;
FloatGemm::FloatGemm(FloatGemm&&) noexcept = default;

std::string FloatGemm::kernel() const { return std::string(state_->kernel.name); }

std::vector<std::string> FloatGemm::available(const Design& design) {
  const NumberFormat format = number_format(design.format.kind);
  std::vector<std::string> names;
  for (const FloatKernel& kernel : gemm::float_kernels()) {
    if (accepts(kernel, design, format)) names.emplace_back(kernel.name);
  }
  return names;
}

FloatProductCounts FloatGemm::operator()(int m, int n, int k, const FloatMatrix& a, const FloatMatrix& b,
                                         std::span<const float> bias, std::span<float> y) {
  check_size(a.numbers.size(), area(m, k), "a");
  check_size(b.numbers.size(), area(n, k), "b");
  check_size(y.size(), area(n, m), "y");
  if (!bias.empty()) check_size(bias.size(), area(m, 1), "bias");

  State& s = *state_;
  const int panels = whole(m, kFloatPanel);
  const int exponent = term_exponent(s.design, s.format);
  const double unit = std::ldexp(1.0, a.k + b.k - exponent);
  const double high = std::ldexp(1.0, s.design.datapath.accumulator_bits - 1) - 1;
  std::vector<float> first(area(panels, kFloatPanel));
  std::vector<std::int32_t> integer_first(first.size());
  for (std::size_t i = 0; i < bias.size(); ++i) {
    const double units = double{bias[i]} / unit;
    first[i] = static_cast<float>(units);
    integer_first[i] = static_cast<std::int32_t>(std::clamp(std::floor(units + 0.5), -high - 1, high));
  }

  FloatProductCounts counts;
  std::atomic<std::int64_t> overflows = 0;
  const auto multiply = [&](auto& packed_a, auto& packed_b) {
    // A product times a power of two is exact either way; the power goes into A.
    counts.a = s.pack(a, m, k, kFloatPanel, std::ldexp(1.0F, exponent), packed_a);
    counts.b = s.pack(b, n, k, 1, 1.0F, packed_b);
    s.threads.for_each(panels * whole(n, kColumnBlock), [&](int i) {
      overflows += s.run(i, m, n, k, packed_a, packed_b, unit, first, integer_first, {y, {}});
    });
  };
  if (s.format.accumulation == Accumulation::kBlocks) {
    multiply(s.blocked_a, s.blocked_b);
  } else {
    multiply(s.a, s.b);
  }
  counts.overflows = overflows;
  return counts;
}

std::int64_t FloatGemm::accumulate(int m, int n, int k, std::span<const float> a, std::span<const float> b,
                                   std::span<const std::int32_t> bias, std::span<std::int32_t> acc) {
  State& s = *state_;
  if (s.format.accumulation != Accumulation::kInteger) {
    throw InternalError("a format without integer accumulators");
  }
  check_size(a.size(), area(m, k), "a");
  check_size(b.size(), area(n, k), "b");
  check_size(acc.size(), area(n, m), "acc");
  if (!bias.empty()) check_size(bias.size(), area(m, 1), "bias");
  const int panels = whole(m, kFloatPanel);
  std::vector<std::int32_t> first(area(panels, kFloatPanel));
  std::copy(bias.begin(), bias.end(), first.begin());
  const std::vector<float> no_bias(first.size());
  s.pack({a, 0}, m, k, kFloatPanel, std::ldexp(1.0F, term_exponent(s.design, s.format)), s.a);
  s.pack({b, 0}, n, k, 1, 1.0F, s.b);
  std::atomic<std::int64_t> overflows = 0;
  s.threads.for_each(panels * whole(n, kColumnBlock), [&](int i) {
    overflows += s.run(i, m, n, k, s.a, s.b, 1.0, no_bias, first, {{}, acc});
  });
  return overflows;
}

}  // namespace napier

// One number at a time: what the vector kernels must equal.
#include <algorithm>
#include <cmath>
#include <vector>

#include "models/gemm/float_kernel.hpp"

namespace napier::gemm {
namespace {

/// Value of an accumulator, rounded once.
template <class Accumulator>
float read_out(Accumulator acc, double unit) {
  return static_cast<float>(static_cast<double>(acc) * unit);
}

std::int64_t term(float product, TermRounding rounding) {
  const double magnitude = std::fabs(double{product}) + (rounding == TermRounding::kHalfUp ? 0.5 : 0.0);
  const auto kept = static_cast<std::int64_t>(magnitude);
  return product < 0 ? -kept : kept;
}

/// Sums of neighbours until one is left; `terms` is a power of two long.
float tree_sum(std::vector<float>& terms) {
  for (std::size_t count = terms.size() / 2; count > 0; count /= 2) {
    for (std::size_t i = 0; i < count; ++i) terms[i] = terms[2 * i] + terms[2 * i + 1];
  }
  return terms[0];
}

}  // namespace

std::int64_t run_portable_integer(const FloatTile<float>& t) {
  const std::int64_t high = (std::int64_t{1} << (t.datapath.accumulator_bits - 1)) - 1;
  const std::int64_t k = std::int64_t{t.vectors} * t.vector;
  std::int64_t overflows = 0;
  for (std::int64_t n = t.n_begin; n < t.n_end; ++n) {
    for (int row = 0; row < t.rows; ++row) {
      std::int64_t acc = t.integer_bias[row];
      for (std::int64_t start = 0; start < k; start += t.vector) {
        for (std::int64_t i = start; i < start + t.vector; ++i) {
          acc += term(t.a[i * kFloatPanel + row] * t.b[n * k + i], t.datapath.term_rounding);
        }
        if (acc >= -high - 1 && acc <= high) continue;
        ++overflows;
        if (t.datapath.overflow == Overflow::kSaturate) {
          acc = acc > 0 ? high : -high - 1;
        } else {
          const int unused = 64 - t.datapath.accumulator_bits;
          acc = static_cast<std::int64_t>(static_cast<std::uint64_t>(acc) << unused) >> unused;
        }
      }
      const std::int64_t place = n * t.y_stride + row;
      if (t.acc != nullptr) {
        t.acc[place] = static_cast<std::int32_t>(acc);
      } else {
        t.y[place] = read_out(acc, t.unit);
      }
    }
  }
  return overflows;
}

void run_portable_tree(const FloatTile<float>& t) {
  const std::int64_t k = std::int64_t{t.vectors} * t.vector;
  std::vector<float> terms(static_cast<std::size_t>(t.vector));
  for (std::int64_t n = t.n_begin; n < t.n_end; ++n) {
    for (int row = 0; row < t.rows; ++row) {
      float acc = t.bias[row];
      for (std::int64_t start = 0; start < k; start += t.vector) {
        for (std::size_t i = 0; i < terms.size(); ++i) {
          const std::int64_t j = start + static_cast<std::int64_t>(i);
          terms[i] = t.a[j * kFloatPanel + row] * t.b[n * k + j];
        }
        acc += tree_sum(terms);
      }
      t.y[n * t.y_stride + row] = read_out(acc, t.unit);
    }
  }
}

void run_portable_blocks(const FloatTile<double>& t) {
  const std::int64_t k = std::int64_t{t.vectors} * t.vector;
  for (std::int64_t n = t.n_begin; n < t.n_end; ++n) {
    for (int row = 0; row < t.rows; ++row) {
      float acc = t.bias[row];
      for (std::int64_t block = 0; block < t.vectors; ++block) {
        double sum = 0;  // exact: at most 41 bits
        for (std::int64_t i = block * t.vector; i < (block + 1) * t.vector; ++i) {
          sum += t.a[i * kFloatPanel + row] * t.b[n * k + i];
        }
        const double scale = t.a_scale[block * kFloatPanel + row] * t.b_scale[n * t.vectors + block];
        acc += static_cast<float>(sum * scale);
      }
      t.y[n * t.y_stride + row] = read_out(acc, t.unit);
    }
  }
}

}  // namespace napier::gemm

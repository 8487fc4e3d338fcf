#pragma once
#include "models/base/parallel.hpp"
#include "models/nn/layer.hpp"

namespace napier::nn {

/// Calls copy(place in [sample][place][head][d], place in [sample][head][place][d]) for every run of d
/// numbers of a batch of sequences whose channels are the heads' side by side.
template <class Copy>
void for_heads(int batch, const Shape& shape, int heads, const Parallel& threads, const Copy& copy) {
  const auto depth = static_cast<std::size_t>(shape.channels / heads);
  threads.for_each(batch, [&](int sample) {
    for (int head = 0; head < heads; ++head) {
      for (int place = 0; place < shape.width; ++place) {
        copy(static_cast<std::size_t>((sample * shape.width + place) * heads + head) * depth,
             static_cast<std::size_t>((sample * heads + head) * shape.width + place) * depth, depth);
      }
    }
  });
}

/// [sample][place][head][d] to [sample][head][place][d].
template <class Real>
Tensor<Real> split_heads(const Tensor<Real>& x, const Shape& shape, int heads, const Parallel& threads) {
  Tensor<Real> out(x.size());
  for_heads(samples(x.size(), shape), shape, heads, threads,
            [&](std::size_t from, std::size_t to, std::size_t depth) {
              std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(from), depth,
                          out.begin() + static_cast<std::ptrdiff_t>(to));
            });
  return out;
}

/// [sample][head][place][d] to [sample][place][head][d].
template <class Real>
Tensor<Real> merge_heads(const Tensor<Real>& x, const Shape& shape, int heads, const Parallel& threads) {
  Tensor<Real> out(x.size());
  for_heads(samples(x.size(), shape), shape, heads, threads,
            [&](std::size_t to, std::size_t from, std::size_t depth) {
              std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(from), depth,
                          out.begin() + static_cast<std::ptrdiff_t>(to));
            });
  return out;
}

}  // namespace napier::nn

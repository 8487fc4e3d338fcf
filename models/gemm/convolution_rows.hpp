#pragma once
#include <memory>
#include <span>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/gemm/convolution.hpp"
#include "models/gemm/rows.hpp"

namespace napier {

/// The operands of one matrix product; a: m x k, b: n x k, as Gemm and the golden trace have them. They may
/// point into the words they were made of.
struct ConvolutionProduct {
  int m = 0, n = 0, k = 0;
  std::unique_ptr<Rows> a, b;
  bool pads = false;  ///< some patch reads zeros beside its tensor, or between its rows where it is stretched

  /// The operands written out, row after row.
  std::vector<Word> a_words() const { return a->all(); }
  std::vector<Word> b_words() const { return b->all(); }
};

/// The three products of a convolution. Words: w [outputs][kernel row][kernel column][channel], x
/// [sample][row] [column][channel], dy like the output of forward; sizes that differ from the shape's are
/// InternalErrors.
///
/// y[pixel][output] = sum over the patch of w * x: m = outputs, n = output pixels, k = patch.
ConvolutionProduct forward_product(const Convolution& shape, std::span<const Word> w,
                                   std::span<const Word> x);
/// dx[input pixel][channel]: the convolution of dy, its rows and columns `stride` apart with zeros between
/// them, with the kernel turned by 180 degrees: m = channels, n = input pixels, k = kernel rows x kernel
/// columns x outputs in this order. A linear layer: a = w transposed, b = dy.
ConvolutionProduct input_gradient_product(const Convolution& shape, std::span<const Word> w,
                                          std::span<const Word> dy);
/// dw[output][patch] = sum over output pixels of dy * x: m = patch, n = outputs, k = output pixels.
ConvolutionProduct weight_gradient_product(const Convolution& shape, std::span<const Word> x,
                                           std::span<const Word> dy, const Parallel& threads);

}  // namespace napier

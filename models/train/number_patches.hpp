#pragma once
#include <span>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/gemm/convolution.hpp"

/// Convolution as a matrix product of numbers: what lies under the kernel, gathered into rows. Places outside
/// the image, and between the pixels of a strided convolution run backwards, get zero.
namespace napier {

/// rows x columns, columns fastest, to columns x rows.
void transpose_numbers(std::span<const float> from, int rows, int columns, std::span<float> to,
                       const Parallel& threads);

/// True where every output pixel's patch is the input pixel itself: nothing is to be gathered, and neither
/// the product nor the one run backwards meets places outside the images or between pixels.
bool is_pointwise(const Convolution& shape);

/// Patches of the output pixels first .. last-1: rows of shape.patch() numbers, ordered
/// [kernel row][kernel column][channel].
void gather_patches(const Convolution& shape, std::span<const float> x, int first, int last,
                    std::span<float> rows);

/// The same patches, transposed: a row for each place `first` .. `last`-1 of the patch, of
/// shape.output_pixels() numbers. planes: x as [channel][sample][row][column].
void gather_patch_rows(const Convolution& shape, std::span<const float> planes, int first, int last,
                       std::span<float> rows);

/// For the input gradient of input pixels first .. last-1: rows of kernel_height x kernel_width x outputs
/// numbers of dy, in the order of ascending places in dy; dy as a forward product's output.
void gather_errors(const Convolution& shape, std::span<const float> dy, int first, int last,
                   std::span<float> rows);

/// The weights that gather_errors' rows meet: outputs x patch to channels x (kernel_height x kernel_width x
/// outputs), the kernel turned by 180 degrees.
std::vector<float> turned_weights(const Convolution& shape, std::span<const float> weights,
                                  const Parallel& threads);

}  // namespace napier

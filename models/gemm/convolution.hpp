#pragma once

namespace napier {

/// Shape of a two-dimensional convolution; tensors are stored [sample][row][column][channel]. A linear layer
/// is the convolution of 1 x 1 images with a 1 x 1 kernel: `batch` vectors of `channels` numbers.
struct Convolution {
  int batch = 1;
  int height = 1, width = 1;  ///< of an input image
  int channels = 1;           ///< of an input pixel
  int kernel_height = 1, kernel_width = 1;
  int stride = 1;
  int padding = 0;  ///< rows and columns of zeros on each side
  int outputs = 1;  ///< channels of an output pixel

  int output_height() const { return (height + 2 * padding - kernel_height) / stride + 1; }
  int output_width() const { return (width + 2 * padding - kernel_width) / stride + 1; }
  /// Numbers under the kernel: the summed index of the forward product, ordered [row][column][channel].
  int patch() const { return kernel_height * kernel_width * channels; }
  int input_pixels() const { return batch * height * width; }
  int output_pixels() const { return batch * output_height() * output_width(); }
};

}  // namespace napier

#include "models/train/number_patches.hpp"

#include <algorithm>

namespace napier {
namespace {

std::size_t at(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

/// Place of a pixel in its batch.
struct Pixel {
  int sample, row, column;
  Pixel(int index, int height, int width)
      : sample(index / (height * width)), row(index / width % height), column(index % width) {}
};

}  // namespace

bool is_pointwise(const Convolution& s) {
  return s.kernel_height == 1 && s.kernel_width == 1 && s.stride == 1 && s.padding == 0;
}

void transpose_numbers(std::span<const float> from, int rows, int columns, std::span<float> to,
                       const Parallel& threads) {
  constexpr int kBlock = 64;  // a block of both sides stays in the first-level cache
  threads.for_each((columns + kBlock - 1) / kBlock, [&](int block) {
    const int last = std::min(columns, (block + 1) * kBlock);
    for (int first_row = 0; first_row < rows; first_row += kBlock) {
      const int last_row = std::min(rows, first_row + kBlock);
      for (int c = block * kBlock; c < last; ++c) {
        for (int r = first_row; r < last_row; ++r) {
          to[at(c, rows) + static_cast<std::size_t>(r)] = from[at(r, columns) + static_cast<std::size_t>(c)];
        }
      }
    }
  });
}

void gather_patches(const Convolution& s, std::span<const float> x, int first, int last,
                    std::span<float> rows) {
  const auto channels = static_cast<std::size_t>(s.channels);
  float* out = rows.data();
  for (int p = first; p < last; ++p) {
    const Pixel pixel(p, s.output_height(), s.output_width());
    for (int r = 0; r < s.kernel_height; ++r) {
      const int row = pixel.row * s.stride + r - s.padding;
      for (int c = 0; c < s.kernel_width; ++c, out += channels) {
        const int column = pixel.column * s.stride + c - s.padding;
        if (row < 0 || row >= s.height || column < 0 || column >= s.width) {
          std::fill_n(out, channels, 0.0F);
        } else {
          const int from = (pixel.sample * s.height + row) * s.width + column;
          std::copy_n(x.data() + at(from, s.channels), channels, out);
        }
      }
    }
  }
}

void gather_patch_rows(const Convolution& s, std::span<const float> planes, int first, int last,
                       std::span<float> rows) {
  const int height = s.output_height();
  const int width = s.output_width();
  for (int place = first; place < last; ++place) {
    const int channel = place % s.channels;
    const int c = place / s.channels % s.kernel_width - s.padding;
    const int r = place / s.channels / s.kernel_width - s.padding;
    // Output columns whose input column, stride * column + c, is inside the image.
    const int begin = std::clamp(c < 0 ? (-c + s.stride - 1) / s.stride : 0, 0, width);
    const int end = std::clamp(s.width - c > 0 ? (s.width - c - 1) / s.stride + 1 : 0, begin, width);
    float* out = rows.data() + at(place - first, s.output_pixels());
    for (int i = 0; i < s.batch * height; ++i, out += width) {
      const int row = i % height * s.stride + r;
      if (row < 0 || row >= s.height || begin == end) {
        std::fill_n(out, static_cast<std::size_t>(width), 0.0F);
        continue;
      }
      std::fill_n(out, static_cast<std::size_t>(begin), 0.0F);
      const float* from = planes.data() + at((channel * s.batch + i / height) * s.height + row, s.width) +
                          (begin * s.stride + c);
      if (s.stride == 1) {
        std::copy_n(from, static_cast<std::size_t>(end - begin), out + begin);
      } else {
        for (int column = begin; column < end; ++column, from += s.stride) out[column] = *from;
      }
      std::fill_n(out + end, static_cast<std::size_t>(width - end), 0.0F);
    }
  }
}

void gather_errors(const Convolution& s, std::span<const float> dy, int first, int last,
                   std::span<float> rows) {
  const auto outputs = static_cast<std::size_t>(s.outputs);
  const int height = s.output_height();
  const int width = s.output_width();
  float* out = rows.data();
  for (int p = first; p < last; ++p) {
    const Pixel pixel(p, s.height, s.width);
    for (int r = s.kernel_height - 1; r >= 0; --r) {
      const int row = pixel.row + s.padding - r;  // of the output, times the stride
      for (int c = s.kernel_width - 1; c >= 0; --c, out += outputs) {
        const int column = pixel.column + s.padding - c;
        if (row < 0 || row % s.stride != 0 || row / s.stride >= height || column < 0 ||
            column % s.stride != 0 || column / s.stride >= width) {
          std::fill_n(out, outputs, 0.0F);
        } else {
          const int from = (pixel.sample * height + row / s.stride) * width + column / s.stride;
          std::copy_n(dy.data() + at(from, s.outputs), outputs, out);
        }
      }
    }
  }
}

std::vector<float> turned_weights(const Convolution& s, std::span<const float> weights,
                                  const Parallel& threads) {
  std::vector<float> result(weights.size());
  const int places = s.kernel_height * s.kernel_width;
  if (places == 1) {
    transpose_numbers(weights, s.outputs, s.channels, result, threads);
    return result;
  }
  for (int output = 0; output < s.outputs; ++output) {
    for (int place = 0; place < places; ++place) {
      const float* from = weights.data() + at(output * places + places - 1 - place, s.channels);
      float* to = result.data() + at(place, s.outputs) + output;
      for (int channel = 0; channel < s.channels; ++channel)
        to[at(channel, places * s.outputs)] = from[channel];
    }
  }
  return result;
}

}  // namespace napier

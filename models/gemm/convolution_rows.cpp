#include "models/gemm/convolution_rows.hpp"

#include "models/base/error.hpp"
#include "models/gemm/transpose.hpp"

namespace napier {
namespace {

std::size_t product(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

void check_size(std::size_t size, std::size_t wanted, const char* what) {
  if (size == wanted) return;
  throw InternalError(std::string("convolution: ") + what + " has " + std::to_string(size) +
                      " elements, not " + std::to_string(wanted));
}

/// One dimension of a sliding window over a tensor whose elements lie `dilation` apart.
struct Axis {
  int outputs, taps, size;
  int stride, padding, dilation;

  /// The element under a tap, or -1 where there is none.
  int source(int output, int tap) const {
    const int at = output * stride + tap - padding;
    return at >= 0 && at % dilation == 0 && at / dilation < size ? at / dilation : -1;
  }
  bool pads() const {
    for (int o = 0; o < outputs; ++o) {
      for (int t = 0; t < taps; ++t) {
        if (source(o, t) < 0) return true;
      }
    }
    return false;
  }
};

/// Row (sample, y, x) is the patch [tap y][tap x][channel] of source, which is
/// [sample][row][column][channel].
class PatchRows : public Rows {
 public:
  PatchRows(int batch, Axis y, Axis x, int channels, std::span<const Word> source)
      : Rows(batch * y.outputs * x.outputs, y.taps * x.taps * channels),
        y_(y),
        x_(x),
        channels_(channels),
        source_(source) {}

  const Word* row(int i, Word* scratch) const override {
    const int column = i % x_.outputs;
    const int line = i / x_.outputs % y_.outputs;
    const int sample = i / x_.outputs / y_.outputs;
    if (length() == channels_) {  // one tap: the pixel itself, where there is one
      const int y = y_.source(line, 0), x = x_.source(column, 0);
      if (y >= 0 && x >= 0) return pixel(sample, y, x);
    }
    Word* to = scratch;
    for (int t = 0; t < y_.taps; ++t) {
      const int y = y_.source(line, t);
      if (y < 0) {
        to = std::fill_n(to, product(x_.taps, channels_), Word{0});
      } else {
        to = copy_line(sample, y, column, to);
      }
    }
    return scratch;
  }

 private:
  const Word* pixel(int sample, int y, int x) const {
    return source_.data() + product((sample * y_.size + y) * x_.size + x, channels_);
  }

  /// Neighbouring taps read neighbouring pixels unless the source is dilated.
  Word* copy_line(int sample, int y, int column, Word* to) const {
    if (x_.dilation == 1) {
      const int start = column * x_.stride - x_.padding;
      const int first = std::clamp(-start, 0, x_.taps);
      const int last = std::clamp(x_.size - start, first, x_.taps);
      to = std::fill_n(to, product(first, channels_), Word{0});
      if (last > first)
        to = std::copy_n(pixel(sample, y, start + first), product(last - first, channels_), to);
      return std::fill_n(to, product(x_.taps - last, channels_), Word{0});
    }
    for (int t = 0; t < x_.taps; ++t) {
      const int x = x_.source(column, t);
      to = x < 0 ? std::fill_n(to, channels_, Word{0}) : std::copy_n(pixel(sample, y, x), channels_, to);
    }
    return to;
  }

  Axis y_, x_;
  int channels_;
  std::span<const Word> source_;
};

/// Row (tap y, tap x, channel) is what that tap reads at every output pixel; planes:
/// [channel][sample][row][column].
class TapRows : public Rows {
 public:
  TapRows(int batch, Axis y, Axis x, int channels, std::vector<Word> planes)
      : Rows(y.taps * x.taps * channels, batch * y.outputs * x.outputs),
        batch_(batch),
        y_(y),
        x_(x),
        channels_(channels),
        planes_(std::move(planes)) {}

  const Word* row(int i, Word* scratch) const override {
    const int channel = i % channels_;
    const int tap_x = i / channels_ % x_.taps;
    const int tap_y = i / channels_ / x_.taps;
    // Columns whose tap lies inside the image: x = column * stride + shift.
    const int shift = tap_x - x_.padding;
    const int begin = std::clamp((x_.stride - 1 - shift) / x_.stride, 0, x_.outputs);
    const int end = std::clamp((x_.size - 1 - shift + x_.stride) / x_.stride, begin, x_.outputs);
    Word* to = scratch;
    for (int sample = 0; sample < batch_; ++sample) {
      const Word* plane = planes_.data() + product((channel * batch_ + sample) * y_.size, x_.size);
      for (int line = 0; line < y_.outputs; ++line, to += x_.outputs) {
        const int y = y_.source(line, tap_y);
        if (y < 0) {
          std::fill_n(to, x_.outputs, Word{0});
          continue;
        }
        std::fill_n(to, begin, Word{0});
        const Word* from = plane + product(y, x_.size) + (begin * x_.stride + shift);
        if (x_.stride == 1) {
          std::copy_n(from, end - begin, to + begin);
        } else {
          for (int column = begin; column < end; ++column, from += x_.stride) to[column] = *from;
        }
        std::fill_n(to + end, x_.outputs - end, Word{0});
      }
    }
    return scratch;
  }

 private:
  int batch_;
  Axis y_, x_;
  int channels_;
  std::vector<Word> planes_;
};

Axis vertical(const Convolution& s) {
  return {s.output_height(), s.kernel_height, s.height, s.stride, s.padding, 1};
}
Axis horizontal(const Convolution& s) {
  return {s.output_width(), s.kernel_width, s.width, s.stride, s.padding, 1};
}

/// The axis of the input gradient: every input element, over the outputs it went into.
Axis backwards(const Axis& forward) {
  return {forward.size, forward.taps, forward.outputs, 1, forward.taps - 1 - forward.padding, forward.stride};
}

/// w [output][row][column][channel] to [channel][row from last][column from last][output].
std::vector<Word> turned(const Convolution& s, std::span<const Word> w) {
  const int taps = s.kernel_height * s.kernel_width;
  std::vector<Word> result(w.size());
  for (int o = 0; o < s.outputs; ++o) {
    for (int t = 0; t < taps; ++t) {
      const Word* from = w.data() + product(o * taps + t, s.channels);
      for (int c = 0; c < s.channels; ++c) {
        result[product(c * taps + taps - 1 - t, s.outputs) + static_cast<std::size_t>(o)] = from[c];
      }
    }
  }
  return result;
}

}  // namespace

ConvolutionProduct forward_product(const Convolution& s, std::span<const Word> w, std::span<const Word> x) {
  check_size(w.size(), product(s.outputs, s.patch()), "w");
  check_size(x.size(), product(s.input_pixels(), s.channels), "x");
  const Axis y_axis = vertical(s), x_axis = horizontal(s);
  return {s.outputs,
          s.output_pixels(),
          s.patch(),
          std::make_unique<MatrixRows>(s.outputs, s.patch(), w),
          std::make_unique<PatchRows>(s.batch, y_axis, x_axis, s.channels, x),
          y_axis.pads() || x_axis.pads()};
}

ConvolutionProduct input_gradient_product(const Convolution& s, std::span<const Word> w,
                                          std::span<const Word> dy) {
  check_size(w.size(), product(s.outputs, s.patch()), "w");
  check_size(dy.size(), product(s.output_pixels(), s.outputs), "dy");
  const Axis y_axis = backwards(vertical(s)), x_axis = backwards(horizontal(s));
  const int k = s.kernel_height * s.kernel_width * s.outputs;
  return {s.channels,
          s.input_pixels(),
          k,
          std::make_unique<OwnedRows>(s.channels, k, turned(s, w)),
          std::make_unique<PatchRows>(s.batch, y_axis, x_axis, s.outputs, dy),
          y_axis.pads() || x_axis.pads()};
}

ConvolutionProduct weight_gradient_product(const Convolution& s, std::span<const Word> x,
                                           std::span<const Word> dy, const Parallel& threads) {
  check_size(x.size(), product(s.input_pixels(), s.channels), "x");
  check_size(dy.size(), product(s.output_pixels(), s.outputs), "dy");
  const Axis y_axis = vertical(s), x_axis = horizontal(s);
  std::vector<Word> planes(x.size()), errors(dy.size());
  transpose(x, s.input_pixels(), s.channels, planes, threads);
  transpose(dy, s.output_pixels(), s.outputs, errors, threads);
  return {s.patch(),
          s.outputs,
          s.output_pixels(),
          std::make_unique<TapRows>(s.batch, y_axis, x_axis, s.channels, std::move(planes)),
          std::make_unique<OwnedRows>(s.outputs, s.output_pixels(), std::move(errors)),
          y_axis.pads() || x_axis.pads()};
}

}  // namespace napier

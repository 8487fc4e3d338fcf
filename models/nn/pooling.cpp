#include "models/nn/pooling.hpp"

#include <algorithm>
#include <numeric>

#include "models/base/error.hpp"
#include "models/base/parallel.hpp"

namespace napier::nn {
namespace {

std::string size(int height, int width) { return std::to_string(height) + " x " + std::to_string(width); }

/// body(input, output, starts) for each pair of a pixel within a window and the window's place, row by row;
/// both are the places of channel 0 within a sample. starts: the pixel is its window's first.
template <class Body>
void for_windows(const Shape& input, const Shape& output, const Window& window, const Body& body) {
  const auto channels = static_cast<std::size_t>(input.channels);
  const auto place = [&](const Shape& shape, int row, int column) {
    return static_cast<std::size_t>(row * shape.width + column) * channels;
  };
  for (int row = 0; row < output.height * window.height; ++row) {
    for (int column = 0; column < output.width * window.width; ++column) {
      const bool starts = row % window.height == 0 && column % window.width == 0;
      body(place(input, row, column), place(output, row / window.height, column / window.width), starts);
    }
  }
}

/// Keeps the larger of in and out, channel by channel, and its place. Without branches, so that it becomes
/// vector code.
template <class Real>
void take_larger(const Real* __restrict in, Real* __restrict out, std::uint32_t* __restrict chosen,
                 std::size_t channels, std::uint32_t from) {
  for (std::size_t c = 0; c < channels; ++c) {
    const Real value = in[c];
    const Real other = out[c];
    const std::uint32_t place = chosen[c];
    const bool better = (value > other) | (value != value);
    out[c] = better ? value : other;
    chosen[c] = better ? from + static_cast<std::uint32_t>(c) : place;
  }
}

}  // namespace

Shape pooled(const std::string& name, const Shape& input, const Window& window) {
  if (window.height < 1 || window.width < 1 || window.height > input.height || window.width > input.width) {
    throw InputError(name + ": a window of " + size(window.height, window.width) +
                     " pixels does not fit into " + size(input.height, input.width) +
                     "; use larger images or fewer layers");
  }
  return {input.height / window.height, input.width / window.width, input.channels};
}

template <class Real>
MaxPooling<Real>::MaxPooling(const Builder<Real>& builder, const std::string& name, const Shape& input,
                             const Window& window)
    : threads_(builder.threads), input_(input), output_(pooled(name, input, window)), window_(window) {}

template <class Real>
Tensor<Real> MaxPooling<Real>::forward(Tensor<Real> x, Mode mode) {
  const int batch = samples(x.size(), input_);
  const auto channels = static_cast<std::size_t>(input_.channels);
  Tensor<Real> y(static_cast<std::size_t>(batch) * output_.size());
  chosen_.resize(y.size());
  threads_.for_each(batch, [&](int n) {
    const Real* const in = x.data() + static_cast<std::size_t>(n) * input_.size();
    Real* const out = y.data() + static_cast<std::size_t>(n) * output_.size();
    std::uint32_t* const chosen = chosen_.data() + static_cast<std::size_t>(n) * output_.size();
    for_windows(input_, output_, window_, [&](std::size_t from, std::size_t to, bool starts) {
      const auto place = static_cast<std::uint32_t>(from);
      if (starts) {
        std::copy_n(in + from, channels, out + to);
        std::iota(chosen + to, chosen + to + channels, place);
      } else {
        take_larger(in + from, out + to, chosen + to, channels, place);
      }
    });
  });
  if (mode == Mode::kTest) chosen_.clear();
  return y;
}

template <class Real>
Tensor<Real> MaxPooling<Real>::backward(Tensor<Real> dy) {
  const int batch = samples(dy.size(), output_);
  Tensor<Real> dx(static_cast<std::size_t>(batch) * input_.size());
  threads_.for_each(batch, [&](int n) {
    const std::size_t from = static_cast<std::size_t>(n) * output_.size();
    Real* const to = dx.data() + static_cast<std::size_t>(n) * input_.size();
    for (std::size_t i = from; i < from + output_.size(); ++i) to[chosen_[i]] = dy[i];
  });
  return dx;
}

template <class Real>
AveragePooling<Real>::AveragePooling(const Builder<Real>& builder, const std::string& name,
                                     const Shape& input, const Window& window)
    : threads_(builder.threads), input_(input), output_(pooled(name, input, window)), window_(window) {}

template <class Real>
Tensor<Real> AveragePooling<Real>::forward(Tensor<Real> x, Mode /*mode*/) {
  const int batch = samples(x.size(), input_);
  const auto channels = static_cast<std::size_t>(input_.channels);
  const Real count{static_cast<Real>(window_.height * window_.width)};
  Tensor<Real> y(static_cast<std::size_t>(batch) * output_.size());
  threads_.for_each(batch, [&](int n) {
    const Real* const in = x.data() + static_cast<std::size_t>(n) * input_.size();
    Real* const out = y.data() + static_cast<std::size_t>(n) * output_.size();
    for_windows(input_, output_, window_, [&](std::size_t from, std::size_t to, bool) {
      for (std::size_t c = 0; c < channels; ++c) out[to + c] += in[from + c];
    });
    for (std::size_t i = 0; i < output_.size(); ++i) out[i] /= count;
  });
  return y;
}

template <class Real>
Tensor<Real> AveragePooling<Real>::backward(Tensor<Real> dy) {
  const int batch = samples(dy.size(), output_);
  const auto channels = static_cast<std::size_t>(input_.channels);
  const Real count{static_cast<Real>(window_.height * window_.width)};
  Tensor<Real> dx(static_cast<std::size_t>(batch) * input_.size());
  threads_.for_each(batch, [&](int n) {
    const Real* const error = dy.data() + static_cast<std::size_t>(n) * output_.size();
    Real* const out = dx.data() + static_cast<std::size_t>(n) * input_.size();
    for_windows(input_, output_, window_, [&](std::size_t to, std::size_t from, bool) {
      for (std::size_t c = 0; c < channels; ++c) out[to + c] = error[from + c] / count;
    });
  });
  return dx;
}

template class MaxPooling<float>;
template class MaxPooling<double>;
template class AveragePooling<float>;
template class AveragePooling<double>;

}  // namespace napier::nn

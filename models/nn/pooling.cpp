#include "models/nn/pooling.hpp"

#include "models/base/error.hpp"
#include "models/base/parallel.hpp"

namespace napier::nn {
namespace {

std::string size(int height, int width) { return std::to_string(height) + " x " + std::to_string(width); }

/// body(input, output) for each pair of a pixel within a window and the window's place, row by row; both are
/// the places of channel 0 within a sample.
template <class Body>
void for_windows(const Shape& input, const Shape& output, const Window& window, const Body& body) {
  const auto channels = static_cast<std::size_t>(input.channels);
  const auto place = [&](const Shape& shape, int row, int column) {
    return static_cast<std::size_t>(row * shape.width + column) * channels;
  };
  for (int row = 0; row < output.height * window.height; ++row) {
    for (int column = 0; column < output.width * window.width; ++column) {
      body(place(input, row, column), place(output, row / window.height, column / window.width));
    }
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
  constexpr std::uint32_t kNone = ~std::uint32_t{0};
  Tensor<Real> y(static_cast<std::size_t>(batch) * output_.size());
  chosen_.assign(y.size(), kNone);
  threads_.for_each(batch, [&](int n) {
    const Real* const in = x.data() + static_cast<std::size_t>(n) * input_.size();
    Real* const out = y.data() + static_cast<std::size_t>(n) * output_.size();
    std::uint32_t* const chosen = chosen_.data() + static_cast<std::size_t>(n) * output_.size();
    for_windows(input_, output_, window_, [&](std::size_t from, std::size_t to) {
      for (std::size_t c = 0; c < channels; ++c) {
        const Real value = in[from + c];
        if (chosen[to + c] == kNone || value > out[to + c] || value != value) {
          out[to + c] = value;
          chosen[to + c] = static_cast<std::uint32_t>(from + c);
        }
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
    for_windows(input_, output_, window_, [&](std::size_t from, std::size_t to) {
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
    for_windows(input_, output_, window_, [&](std::size_t to, std::size_t from) {
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

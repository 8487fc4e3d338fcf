#include "models/nn/gain_and_bias.hpp"

#include "models/nn/rows.hpp"

namespace napier::nn {

template <class Real>
GainAndBias<Real>::GainAndBias(const Builder<Real>& builder, const std::string& name, std::size_t channels)
    : threads_(builder.threads),
      gain_(builder.engine.host_tensor(name + ".gain", std::vector<Real>(channels, Real{1}))),
      bias_(builder.engine.host_tensor(name + ".bias", std::vector<Real>(channels))) {}

template <class Real>
void GainAndBias<Real>::apply(Tensor<Real>& x) const {
  const std::size_t width = gain_.values.size();
  for_rows(x.size() / width, threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
      Real* const at = x.data() + row * width;
      for (std::size_t c = 0; c < width; ++c) at[c] = at[c] * gain_.values[c] + bias_.values[c];
    }
  });
}

template <class Real>
std::vector<double> GainAndBias<Real>::take_gradients(const Tensor<Real>& dy,
                                                      const Tensor<Real>& normalised) {
  const std::size_t width = gain_.values.size();
  std::vector<double> sums =
      sum_rows(dy.size() / width, 2 * width, threads_, [&](std::size_t row, std::span<double> into) {
        for (std::size_t c = 0; c < width; ++c) {
          const auto d = static_cast<double>(dy[row * width + c]);
          into[c] += d;
          into[width + c] += d * static_cast<double>(normalised[row * width + c]);
        }
      });
  for (std::size_t c = 0; c < width; ++c) {
    bias_.gradient[c] = static_cast<Real>(sums[c]);
    gain_.gradient[c] = static_cast<Real>(sums[width + c]);
  }
  return sums;
}

template class GainAndBias<float>;
template class GainAndBias<double>;

}  // namespace napier::nn

#include "models/nn/embedding.hpp"

#include <algorithm>
#include <cmath>

#include "models/base/error.hpp"
#include "models/base/parallel.hpp"
#include "models/nn/rows.hpp"

namespace napier::nn {
namespace {

template <class Real>
std::vector<Real> table(const Builder<Real>& builder, int rows, int width) {
  const auto count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(width);
  return builder.initial.template uniform<Real>(count, std::sqrt(3.0 / width));
}

}  // namespace

template <class Real>
Embedding<Real>::Embedding(const Builder<Real>& builder, const std::string& name,
                           const EmbeddingParameters& parameters)
    : threads_(builder.threads),
      parameters_(parameters),
      symbols_(builder.engine.host_tensor(name + ".symbols",
                                          table(builder, parameters.symbols, parameters.width))),
      places_(builder.engine.host_tensor(name + ".places",
                                         table(builder, parameters.sequence, parameters.width))) {}

template <class Real>
Tensor<Real> Embedding<Real>::forward(std::span<const std::uint8_t> inputs, Mode mode) {
  const int largest = *std::max_element(inputs.begin(), inputs.end());
  if (largest >= parameters_.symbols) {
    throw InputError("the text holds byte " + std::to_string(largest) + ", but the network knows " +
                     std::to_string(parameters_.symbols) + " symbols; give it more");
  }
  if (mode == Mode::kTrain) inputs_.assign(inputs.begin(), inputs.end());
  const auto width = static_cast<std::size_t>(parameters_.width);
  const auto sequence = static_cast<std::size_t>(parameters_.sequence);
  Tensor<Real> x(inputs.size() * width);
  for_rows(inputs.size(), threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
      const Real* const symbol = symbols_.values.data() + inputs[row] * width;
      const Real* const place = places_.values.data() + row % sequence * width;
      for (std::size_t c = 0; c < width; ++c) x[row * width + c] = symbol[c] + place[c];
    }
  });
  return x;
}

template <class Real>
void Embedding<Real>::backward(const Tensor<Real>& dy) {
  constexpr int kColumns = 16;  // a task: all rows in order, for some of the columns
  const auto width = static_cast<std::size_t>(parameters_.width);
  const auto sequence = static_cast<std::size_t>(parameters_.sequence);
  std::vector<double> symbols(symbols_.values.size()), places(places_.values.size());
  threads_.for_each((parameters_.width + kColumns - 1) / kColumns, [&](int task) {
    const std::size_t first = static_cast<std::size_t>(task) * kColumns;
    const std::size_t last = std::min(width, first + kColumns);
    for (std::size_t row = 0; row < inputs_.size(); ++row) {
      for (std::size_t c = first; c < last; ++c) {
        const auto d = static_cast<double>(dy[row * width + c]);
        symbols[inputs_[row] * width + c] += d;
        places[row % sequence * width + c] += d;
      }
    }
  });
  const auto round = [](double sum) { return static_cast<Real>(sum); };
  std::transform(symbols.begin(), symbols.end(), symbols_.gradient.begin(), round);
  std::transform(places.begin(), places.end(), places_.gradient.begin(), round);
}

template class Embedding<float>;
template class Embedding<double>;

}  // namespace napier::nn

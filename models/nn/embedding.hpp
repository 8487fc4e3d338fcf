#pragma once
#include <string>

#include "models/nn/model.hpp"

namespace napier::nn {

struct EmbeddingParameters {
  int symbols = 256;
  int sequence = 128;  ///< symbols a sample
  int width = 64;      ///< numbers a symbol
};

/// Sequences of symbols, one a byte: each becomes its row of a table plus the row of its place. The tables
/// start uniform in +-sqrt(3 / width), of unit length on average.
template <class Real>
class Embedding : public Entry<Real> {
 public:
  /// Makes the host tensors `name`.symbols and `name`.places.
  Embedding(const Builder<Real>& builder, const std::string& name, const EmbeddingParameters& parameters);
  Shape output() const override { return {1, parameters_.sequence, parameters_.width}; }
  int bytes() const override { return parameters_.sequence; }
  /// InputError where a byte is no symbol.
  Tensor<Real> forward(std::span<const std::uint8_t> inputs, Mode mode) override;
  /// Sums over a batch run in its order.
  void backward(const Tensor<Real>& dy) override;

 private:
  const Parallel& threads_;
  EmbeddingParameters parameters_;
  HostTensor<Real>& symbols_;
  HostTensor<Real>& places_;
  std::vector<std::uint8_t> inputs_;
};

}  // namespace napier::nn

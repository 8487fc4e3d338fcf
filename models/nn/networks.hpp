#pragma once
#include "models/nn/model.hpp"
#include "models/nn/normalisation.hpp"

/// The networks there are. docs/networks.md draws them. Every make function throws InputError where its
/// parameters are out of range or do not fit each other.
namespace napier::nn {

/// Fully connected layers with ReLU between them.
struct MlpParameters {
  std::vector<int> layers = {784, 256, 128, 10};  ///< sizes: inputs, hidden layers, classes; 1..65536 each
};

/// Convolutions, each followed by batch normalisation (where wanted), ReLU and 2 x 2 max pooling; then a
/// hidden and an output layer. With the defaults 98,192 weights.
struct CnnParameters {
  Shape image = {28, 28, 1};
  int classes = 10;                              ///< 2..256
  std::vector<int> convolutions = {16, 32, 64};  ///< their outputs, at least one, 1..4096 each
  int kernel = 3;                                ///< odd, 1..15; images keep their size
  int hidden = 128;                              ///< 1..65536
  bool batch_norm = false;
  NormalisationParameters normalisation = {};
};

/// The residual network of He et al. 2016 for small images, 6 n + 2 layers: a 3 x 3 convolution, three stages
/// of n blocks of two 3 x 3 convolutions with batch normalisation, global average pooling, an output layer.
/// Stages two and three halve the image and double the width, with 1 x 1 convolutions as shortcuts.
struct ResnetParameters {
  Shape image = {28, 28, 1};
  int classes = 10;  ///< 2..256
  int blocks = 3;    ///< n, a stage; 1..18
  int width = 8;     ///< channels of the first stage, 1..256
  NormalisationParameters normalisation = {};
};

/// A causal language model over bytes: embeddings of symbols and places, pre-norm blocks (attention; linear,
/// GELU, linear), layer normalisation, an output layer. Predicts from each symbol the next.
struct TransformerParameters {
  int symbols = 256;   ///< 2..256
  int sequence = 128;  ///< symbols a sample, 1..4096
  int width = 64;      ///< numbers a symbol, a multiple of heads, 1..4096
  int heads = 4;       ///< 1..64
  int blocks = 2;      ///< 1..64
  int hidden = 256;    ///< of the two linear layers of a block, 1..65536
  NormalisationParameters normalisation = {};
};

/// Layer l (from 0) is `fc<l + 1>`.
template <class Real>
std::unique_ptr<Model<Real>> make_mlp(const MlpParameters& parameters, const Builder<Real>& builder);
template <class Real>
std::unique_ptr<Model<Real>> make_cnn(const CnnParameters& parameters, const Builder<Real>& builder);
template <class Real>
std::unique_ptr<Model<Real>> make_resnet(const ResnetParameters& parameters, const Builder<Real>& builder);
template <class Real>
std::unique_ptr<Model<Real>> make_transformer(const TransformerParameters& parameters,
                                              const Builder<Real>& builder);

}  // namespace napier::nn

#include "models/nn/attention.hpp"

#include <cmath>

#include "models/base/error.hpp"
#include "models/nn/causal_softmax.hpp"
#include "models/nn/heads.hpp"
#include "models/nn/rows.hpp"

namespace napier::nn {
namespace {

int depth_of_head(const std::string& name, const Shape& shape, int heads) {
  if (heads < 1 || shape.channels % heads != 0) {
    throw InputError(name + ": " + std::to_string(heads) + " heads do not divide a width of " +
                     std::to_string(shape.channels) + "; give a width that is a multiple of heads");
  }
  return shape.channels / heads;
}

Convolution linear(const Shape& shape) {
  return {
      .height = shape.height, .width = shape.width, .channels = shape.channels, .outputs = shape.channels};
}

}  // namespace

template <class Real>
Attention<Real>::Attention(const Builder<Real>& builder, const std::string& name, const Shape& shape,
                           const AttentionParameters& parameters)
    : name_(name),
      engine_(builder.engine),
      threads_(builder.threads),
      shape_(shape),
      heads_(parameters.heads),
      depth_(depth_of_head(name, shape, heads_)),
      x_site_(engine_.site(name + ".input", Role::kActivation)),
      query_(input(builder, "query")),
      key_(input(builder, "key")),
      value_(input(builder, "value")),
      probability_site_(engine_.site(name + ".probability", Role::kActivation)),
      context_site_(engine_.site(name + ".context", Role::kActivation)),
      out_(builder, name + ".out", linear(shape), {.limit = parameters.output_limit}),
      error_site_(engine_.site(name + ".error", Role::kError)),
      context_error_site_(engine_.site(name + ".context_error", Role::kError)),
      score_error_site_(engine_.site(name + ".score_error", Role::kError)) {}

template <class Real>
typename Attention<Real>::Input Attention<Real>::input(const Builder<Real>& builder,
                                                       const std::string& part) {
  const ProjectionStart start{.limit = glorot_limit(shape_.channels, shape_.channels)};
  const std::string name = name_ + "." + part;
  return {.projection = Projection<Real>(builder, name, linear(shape_), start),
          .value_site = engine_.site(name, Role::kActivation),
          .error_site = engine_.site(name + "_error", Role::kError),
          .value = nullptr};
}

template <class Real>
void Attention<Real>::project(Input& input, int batch) {
  const Tensor<Real> y = input.projection.forward(*x_, batch);
  input.value = engine_.operand(input.value_site, split_heads(y, shape_, heads_, threads_));
}

template <class Real>
void Attention<Real>::back(Input& input, const Tensor<Real>& dhead, Tensor<Real>& dx) {
  const Tensor<Real> dy = merge_heads(dhead, shape_, heads_, threads_);
  const Kept error = engine_.operand(input.error_site, dy);
  input.projection.parameter_gradients(*x_, *error, dy);
  const Tensor<Real> part = input.projection.input_gradient(*error, samples(dy.size(), shape_));
  for_numbers(dx.size(), threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) dx[i] += part[i];
  });
}

template <class Real>
Tensor<Real> Attention<Real>::product(const BatchedProduct& shape, const Operand& a, const Operand& b,
                                      bool backward) {
  Tensor<Real> out(static_cast<std::size_t>(shape.batch) * static_cast<std::size_t>(shape.m) *
                   static_cast<std::size_t>(shape.n));
  engine_.batched(shape, a, b, backward, out);
  return out;
}

template <class Real>
Tensor<Real> Attention<Real>::forward(Tensor<Real> x, Mode mode) {
  const int batch = samples(x.size(), shape_);
  const int places = shape_.width;
  x_ = engine_.operand(x_site_, x);
  for (Input* input : {&query_, &key_, &value_}) project(*input, batch);

  // Scores [query][key], a sum over the head's numbers.
  probabilities_ = product({.batch = batch * heads_, .m = places, .n = places, .k = depth_}, *key_.value,
                           *query_.value, false);
  causal_softmax(probabilities_, places, static_cast<Real>(1.0 / std::sqrt(depth_)), name_, threads_);
  probability_operand_ = engine_.operand(probability_site_, probabilities_);
  // Context [query][d], a sum over the keys.
  const Tensor<Real> context =
      product({.batch = batch * heads_, .m = depth_, .n = places, .k = places, .a_transposed = true},
              *value_.value, *probability_operand_, false);
  context_ = engine_.operand(context_site_, merge_heads(context, shape_, heads_, threads_));
  Tensor<Real> y = out_.forward(*context_, batch);
  if (mode == Mode::kTest) {
    probabilities_ = {};
    for (Kept* kept : {&x_, &query_.value, &key_.value, &value_.value, &probability_operand_, &context_})
      kept->reset();
  }
  return y;
}

template <class Real>
Tensor<Real> Attention<Real>::backward(Tensor<Real> dy) {
  const int batch = samples(dy.size(), shape_);
  const int places = shape_.width;
  const int matrices = batch * heads_;
  const Kept error = engine_.operand(error_site_, dy);
  out_.parameter_gradients(*context_, *error, dy);
  const Tensor<Real> dcontext = split_heads(out_.input_gradient(*error, batch), shape_, heads_, threads_);
  const Kept context_error = engine_.operand(context_error_site_, dcontext);

  // Gradients by the probabilities [query][key], a sum over the head's numbers, and so by the scores.
  Tensor<Real> dscores = product({.batch = matrices, .m = places, .n = places, .k = depth_}, *value_.value,
                                 *context_error, true);
  causal_softmax_backward(probabilities_, dscores, places, static_cast<Real>(1.0 / std::sqrt(depth_)),
                          threads_);
  const Kept score_error = engine_.operand(score_error_site_, dscores);

  // By the queries, a sum over the keys; by keys and values, sums over the queries.
  const BatchedProduct over_keys{
      .batch = matrices, .m = depth_, .n = places, .k = places, .a_transposed = true, .b_transposed = false};
  BatchedProduct over_queries = over_keys;
  over_queries.b_transposed = true;
  Tensor<Real> dx(dy.size());
  back(query_, product(over_keys, *key_.value, *score_error, true), dx);
  back(key_, product(over_queries, *query_.value, *score_error, true), dx);
  back(value_, product(over_queries, *context_error, *probability_operand_, true), dx);
  return dx;
}

template class Attention<float>;
template class Attention<double>;

}  // namespace napier::nn

// Whole networks' gradients against finite differences, and against altered engines, which have to be found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/checked_parts.hpp"

namespace napier::nn {
namespace {

struct Case {
  std::string name;
  MakeModel make;
  int batch;
  std::uint32_t symbols = 256;
};

std::vector<Case> cases() {
  const CnnParameters cnn{.image = {8, 8, 2}, .classes = 3, .convolutions = {3, 4}, .hidden = 5};
  CnnParameters normalised = cnn;
  normalised.batch_norm = true;
  const ResnetParameters resnet{.image = {6, 5, 1}, .classes = 3, .blocks = 1, .width = 2};
  const TransformerParameters transformer{
      .symbols = 5, .sequence = 4, .width = 6, .heads = 2, .blocks = 2, .hidden = 7};
  return {{"mlp",
           [](const auto& builder) {
             return make_mlp<double>({.layers = {6, 5, 4, 3}}, builder);
           },
           4},
          {"cnn", [=](const auto& builder) { return make_cnn<double>(cnn, builder); }, 3},
          {"cnn with batch normalisation",
           [=](const auto& builder) { return make_cnn<double>(normalised, builder); }, 3},
          {"residual cnn", [=](const auto& builder) { return make_resnet<double>(resnet, builder); }, 3},
          {"transformer", [=](const auto& builder) { return make_transformer<double>(transformer, builder); },
           2, 5}};
}

TEST(NetworkGradients, EqualFiniteDifferences) {
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.name);
    ReferenceEngine<double> engine;
    const GradientCheck check = check_model(engine, one.make, one.batch, one.symbols);
    EXPECT_EQ(check.failure(), "");
    EXPECT_EQ(check.blind_spot(), "");
  }
}

/// One number of one kind of product is off by a thousandth.
class AlteredEngine : public ReferenceEngine<double> {
 public:
  enum class Product { kInputGradient, kWeightGradient, kBatchedBackward };
  explicit AlteredEngine(Product altered) : altered_(altered) {}

  void input_gradient(const Matrix& w, const Convolution& shape, const Operand& dy,
                      std::span<double> dx) override {
    ReferenceEngine::input_gradient(w, shape, dy, dx);
    if (altered_ == Product::kInputGradient) alter(dx);
  }
  void weight_gradient(Matrix& w, const Convolution& shape, const Operand& x, const Operand& dy) override {
    ReferenceEngine::weight_gradient(w, shape, x, dy);
    if (altered_ == Product::kWeightGradient) alter(static_cast<Weights&>(w).gradient);
  }
  void batched(const BatchedProduct& shape, const Operand& a, const Operand& b, bool backward,
               std::span<double> out) override {
    ReferenceEngine::batched(shape, a, b, backward, out);
    if (altered_ == Product::kBatchedBackward && backward) alter(out);
  }

 private:
  static void alter(std::span<double> numbers) {
    const auto largest = std::max_element(numbers.begin(), numbers.end(),
                                          [](double a, double b) { return std::abs(a) < std::abs(b); });
    *largest *= 1.001;
  }
  Product altered_;
};

TEST(NetworkGradients, AlteredProductsAreFound) {
  using Product = AlteredEngine::Product;
  for (const Case& one : cases()) {
    for (const Product product :
         {Product::kInputGradient, Product::kWeightGradient, Product::kBatchedBackward}) {
      if (product == Product::kBatchedBackward && one.name != "transformer") continue;
      AlteredEngine engine(product);
      const GradientCheck check = check_model(engine, one.make, one.batch, one.symbols);
      EXPECT_THAT(check.failure(), testing::HasSubstr("off by"))
          << one.name << ", product " << static_cast<int>(product);
    }
  }
}

}  // namespace
}  // namespace napier::nn

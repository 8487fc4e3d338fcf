// Products on the design's datapath: operands are words, sums integers, as in the perceptron; between
// products tensors are FP32 on the host and are rounded once each.
#include <algorithm>
#include <atomic>

#include "models/base/error.hpp"
#include "models/gemm/gemm.hpp"
#include "models/gemm/transpose.hpp"
#include "models/train/scales.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/tensor_post_processor.hpp"
#include "models/train/tensor_quantizer.hpp"
#include "models/train/training_engine.hpp"
#include "models/train/weight_arrays.hpp"
#include "models/train/weights.hpp"

namespace napier {
namespace {

using Words = std::vector<Word>;

constexpr std::size_t kPiece = 16384;  // elements a thread takes at once

/// Places in random_stream() of matrices; sites count from 1.
constexpr std::uint32_t kMatrixPlaces = 1 << 18;

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

struct WordSite : nn::Site {
  WordSite(std::string n, nn::Role r, const Design& design) : name(std::move(n)), role(r), scale(design) {}
  std::string name;
  nn::Role role;
  std::uint32_t place = 0;  ///< in random_stream()
  ScaleTracker scale;
};

struct WordOperand : nn::Operand {
  Words words;
  int k = 0;
};

struct WordMatrix : nn::Matrix {
  std::string name;
  int rows = 0, columns = 0;
  std::uint32_t place = 0;  ///< in random_stream()
  std::unique_ptr<Weights> weights;
  ScaleTracker gradient_scale;
  Words gradient;
  int gradient_k = 0;
  bool has_gradient = false;
  explicit WordMatrix(const Design& design) : gradient_scale(design) {}
};

/// One Gemm for all threads together, and one of one thread for each of them.
class Products {
 public:
  Products(const Design& design, const Parallel& threads) : threads_(threads), shared_(design, threads) {
    for (int i = 0; i < threads.threads(); ++i) own_.emplace_back(design, alone_);
  }
  Gemm& shared() { return shared_; }
  const Parallel& alone() const { return alone_; }
  std::string kernel() const { return shared_.kernel(); }

  /// body(gemm, i) for all i below count, in any order. Returns the sum of what it returns: overflows.
  template <class Body>
  std::int64_t for_each(int count, const Body& body) {
    std::atomic<int> next = 0;
    std::atomic<std::int64_t> sum = 0;
    threads_.for_each(std::min(count, static_cast<int>(own_.size())), [&](int slot) {
      for (int i = next++; i < count; i = next++) sum += body(own_[static_cast<std::size_t>(slot)], i);
    });
    return sum;
  }

 private:
  const Parallel& threads_;
  Parallel alone_{1};
  Gemm shared_;
  std::vector<Gemm> own_;
};

class DesignEngine : public TrainingEngine {
 public:
  DesignEngine(const Design& design, const OptimizerParameters& optimizer, const Parallel& threads)
      : TrainingEngine(optimizer, threads),
        design_(design),
        quantizer_(design, threads),
        post_(design),
        products_(design, threads) {}

  nn::Site& site(const std::string& name, nn::Role role) override {
    sites_.push_back(std::make_unique<WordSite>(name, role, design_));
    sites_.back()->place = static_cast<std::uint32_t>(sites_.size());
    return *sites_.back();
  }

  nn::Matrix& matrix(const std::string& name, int rows, int columns,
                     std::span<const float> initial) override {
    require_size(name, initial.size(), area(rows, columns));
    auto m = std::make_unique<WordMatrix>(design_);
    m->name = name;
    m->rows = rows;
    m->columns = columns;
    m->place = kMatrixPlaces + static_cast<std::uint32_t>(matrices_.size());
    m->weights =
        make_weights(design_, optimizer(), initial, rows, static_cast<int>(matrices_.size()), threads());
    matrices_.push_back(std::move(m));
    return *matrices_.back();
  }

  std::unique_ptr<nn::Operand> operand(nn::Site& site, std::span<const float> x) override {
    auto& s = static_cast<WordSite&>(site);
    const TensorPlace place{s.name, settings().step};
    const float largest = largest_magnitude(x, place, threads());
    std::optional<int> needed;
    if (largest > 0) needed = quantizer_.quantizer().scale_exponent(largest);
    auto result = std::make_unique<WordOperand>();
    result->k = s.scale.scale(needed, 0);
    if (learning()) s.scale.remember(needed);
    result->words.resize(x.size());
    const QuantizeCounts counts =
        quantizer_(x, result->k, random_stream(settings().step, s.place), result->words, place);
    PostCounts& total = s.role == nn::Role::kActivation ? report().activations : report().errors;
    total += {counts.underflowed, counts.saturated};
    return result;
  }

  void forward(const nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
               const nn::HostTensor<float>* bias, std::span<float> y) override {
    const WordMatrix& m = fitting(w, shape);
    const WordOperand& input = words(x, "input", area(shape.input_pixels(), shape.channels));
    require_size("output", y.size(), area(shape.output_pixels(), shape.outputs));
    const std::vector<double> units = row_units(design_, *m.weights, input.k);
    std::vector<std::int32_t> addends;
    if (bias != nullptr) {
      require_size("bias", bias->values.size(), static_cast<std::size_t>(shape.outputs));
      addends = bias_addends(design_, bias->values, units);
    }
    acc_.resize(y.size());
    report().forward_saturations += products_.shared().forward(
        shape, m.weights->operands(), input.words, addends, acc_, m.weights->groups().vector_shifts());
    to_reals(acc_, units, y, threads());
    count(shape);
  }

  void input_gradient(const nn::Matrix& w, const Convolution& shape, const nn::Operand& dy,
                      std::span<float> dx) override {
    const WordMatrix& m = fitting(w, shape);
    const WordOperand& error = words(dy, "output gradient", area(shape.output_pixels(), shape.outputs));
    require_size("input gradient", dx.size(), area(shape.input_pixels(), shape.channels));
    const double unit = accumulator_unit(design_, m.weights->scale(), error.k);
    Words scratch;
    const auto weights = on_one_scale(design_, *m.weights, scratch, report().weight_underflows);
    acc_.resize(dx.size());
    report().input_gradient_saturations +=
        products_.shared().input_gradient(shape, weights, error.words, acc_);
    to_reals(acc_, {&unit, 1}, dx, threads());
    count(shape);
  }

  void weight_gradient(nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
                       const nn::Operand& dy) override {
    fitting(w, shape);
    auto& m = static_cast<WordMatrix&>(w);
    if (m.has_gradient) throw InternalError("'" + m.name + "' got two gradients in a step");
    const WordOperand& input = words(x, "input", area(shape.input_pixels(), shape.channels));
    const WordOperand& error = words(dy, "output gradient", area(shape.output_pixels(), shape.outputs));
    acc_.resize(area(m.rows, m.columns));
    report().weight_gradient_saturations +=
        products_.shared().weight_gradient(shape, input.words, error.words, acc_);
    count(shape);
    const std::uint32_t largest = largest_output(acc_, false, {}, threads());
    m.gradient_k = m.gradient_scale.scale(largest, input.k, error.k);
    if (learning()) m.gradient_scale.remember(largest, input.k, error.k);
    m.gradient.resize(acc_.size());
    report().gradients += post_(acc_, m.columns,
                                {bias_k(design_, input.k, error.k, m.gradient_k), false,
                                 random_key(design_, random_stream(settings().step, m.place))},
                                {}, {}, m.gradient, threads());
    m.has_gradient = true;
  }

  void batched(const nn::BatchedProduct& p, const nn::Operand& a, const nn::Operand& b, bool backward,
               std::span<float> out) override {
    const WordOperand& left = words(a, "left operand", area(p.batch, p.m * p.k));
    const WordOperand& right = words(b, "right operand", area(p.batch, p.n * p.k));
    require_size("product", out.size(), area(p.batch, p.m * p.n));
    const double unit = accumulator_unit(design_, left.k, right.k);
    const std::int64_t overflows = products_.for_each(p.batch, [&](Gemm& gemm, int i) {
      Words scratch_a, scratch_b;
      const auto rows_a = matrix_of(left.words, i, p.m, p.k, p.a_transposed, scratch_a);
      const auto rows_b = matrix_of(right.words, i, p.n, p.k, p.b_transposed, scratch_b);
      std::vector<std::int32_t> acc(area(p.m, p.n));
      const std::int64_t count = gemm(p.m, p.n, p.k, rows_a, rows_b, {}, acc);
      to_reals(acc, {&unit, 1}, out.subspan(area(i, p.m * p.n), acc.size()), products_.alone());
      return count;
    });
    (backward ? report().input_gradient_saturations : report().forward_saturations) += overflows;
    report().macs += std::int64_t{p.batch} * p.m * p.n * p.k;
  }

  std::string kernel() const override { return products_.kernel(); }

  std::int64_t weights() const override {
    std::int64_t sum = 0;
    for (const auto& m : matrices_) sum += std::int64_t{m->rows} * m->columns;
    return sum;
  }

 protected:
  void update_matrices() override {
    for (const auto& m : matrices_) {
      if (!m->has_gradient) throw InternalError("'" + m->name + "' got no gradient in this step");
      m->weights->update(m->gradient, m->gradient_k, settings(), nullptr);
      m->has_gradient = false;
      report().weight_underflows += m->weights->underflows();
    }
  }

  void append_matrices(std::vector<Array>& all) const override {
    for (const auto& m : matrices_) append_weights(design_, m->name, m->rows, m->columns, *m->weights, all);
  }

  void exchange_matrices(StateArchive& archive) override {
    for (const auto& m : matrices_) {
      m->weights->exchange(archive);
      m->gradient_scale.exchange(archive);
    }
    for (const auto& s : sites_) s->scale.exchange(archive);
  }

 private:
  static const WordMatrix& fitting(const nn::Matrix& matrix, const Convolution& shape) {
    const auto& m = static_cast<const WordMatrix&>(matrix);
    require_size("'" + m.name + "'", area(m.rows, m.columns), area(shape.outputs, shape.patch()));
    return m;
  }

  static const WordOperand& words(const nn::Operand& operand, std::string_view what, std::size_t size) {
    const auto& o = static_cast<const WordOperand&>(operand);
    require_size(what, o.words.size(), size);
    return o;
  }

  /// units: of all accumulators, or one a row, rows fastest.
  static void to_reals(std::span<const std::int32_t> acc, std::span<const double> units, std::span<float> out,
                       const Parallel& threads) {
    const auto pieces = static_cast<int>((acc.size() + kPiece - 1) / kPiece);
    threads.for_each(pieces, [&](int piece) {
      const std::size_t start = static_cast<std::size_t>(piece) * kPiece;
      const std::size_t end = std::min(acc.size(), start + kPiece);
      if (units.size() == 1) {
        for (std::size_t i = start; i < end; ++i) out[i] = static_cast<float>(acc[i] * units[0]);
        return;
      }
      for (std::size_t i = start; i < end; ++i) {
        out[i] = static_cast<float>(acc[i] * units[i % units.size()]);
      }
    });
  }

  /// Each of a convolution's three products has as many multiply-accumulates.
  void count(const Convolution& s) {
    report().macs += std::int64_t{s.output_pixels()} * s.patch() * s.outputs;
  }

  /// Matrix i of a batch, rows x k with k fastest; `scratch` holds it where it is stored transposed.
  std::span<const Word> matrix_of(std::span<const Word> all, int i, int rows, int k, bool transposed,
                                  Words& scratch) const {
    const auto stored = all.subspan(area(i, rows * k), area(rows, k));
    if (!transposed) return stored;
    scratch.resize(stored.size());
    transpose(stored, k, rows, scratch, products_.alone());
    return scratch;
  }

  Design design_;
  TensorQuantizer quantizer_;
  TensorPostProcessor post_;
  Products products_;
  std::vector<std::unique_ptr<WordSite>> sites_;
  std::vector<std::unique_ptr<WordMatrix>> matrices_;
  std::vector<std::int32_t> acc_;  ///< of the last product
};

}  // namespace

std::unique_ptr<TrainingEngine> make_design_engine(const Design& design, const OptimizerParameters& optimizer,
                                                   const Parallel& threads) {
  return std::make_unique<DesignEngine>(design, optimizer, threads);
}

}  // namespace napier

// Products of the floating-point baselines, fp16 .. nvfp4. Tensors are rounded to the format (numbers for
// themselves when they become operands, blocks when a product says along which index), sums are read out to
// FP32, weights live on the host.
#include <optional>

#include "models/base/error.hpp"
#include "models/format/number_format.hpp"
#include "models/gemm/float_gemm.hpp"
#include "models/train/master_weights.hpp"
#include "models/train/number_patches.hpp"
#include "models/train/scales.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/training_engine.hpp"
#include "models/train/weight_arrays.hpp"

namespace napier {
namespace {

using Floats = std::vector<float>;

/// Pixels of a convolution multiplied at once: bounds the memory of their patches.
constexpr int kPixelBlock = 4096;

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

struct NumberSite : nn::Site {
  NumberSite(std::string n, nn::Role r, const Design& design) : name(std::move(n)), role(r), scale(design) {}
  std::string name;
  nn::Role role;
  ScaleTracker scale;
};

/// Rounded numbers in units of 2^k; of blocked formats, the tensor itself.
struct NumberOperand : nn::Operand {
  nn::Role role = nn::Role::kActivation;
  Floats numbers;
  int k = 0;
};

struct NumberMatrix : nn::Matrix {
  std::string name;
  int rows = 0, columns = 0;
  MasterWeights master;
  Floats numbers;  ///< as of NumberOperand
  int k = 0;
  std::int64_t underflows = 0;  ///< weights whose number is zero
  Floats gradient;
  bool has_gradient = false;
  explicit NumberMatrix(MasterWeights m) : master(std::move(m)) {}
};

class NumberFormatEngine : public TrainingEngine {
 public:
  NumberFormatEngine(const Design& design, const OptimizerParameters& optimizer, const Parallel& threads)
      : TrainingEngine(optimizer, threads),
        design_(design),
        format_(number_format(design.format.kind)),
        gemm_(design, threads) {}

  nn::Site& site(const std::string& name, nn::Role role) override {
    sites_.push_back(std::make_unique<NumberSite>(name, role, design_));
    return *sites_.back();
  }

  nn::Matrix& matrix(const std::string& name, int rows, int columns,
                     std::span<const float> initial) override {
    require_size(name, initial.size(), area(rows, columns));
    auto m = std::make_unique<NumberMatrix>(
        MasterWeights(design_, optimizer(), static_cast<int>(matrices_.size()), initial));
    m->name = name;
    m->rows = rows;
    m->columns = columns;
    m->gradient.resize(initial.size());
    round_weights(*m);
    matrices_.push_back(std::move(m));
    return *matrices_.back();
  }

  std::unique_ptr<nn::Operand> operand(nn::Site& site, std::span<const float> x) override {
    auto& s = static_cast<NumberSite&>(site);
    const TensorPlace place{s.name, settings().step};
    const float largest = largest_magnitude(x, place);
    auto result = std::make_unique<NumberOperand>();
    result->role = s.role;
    if (format_.scaled) {
      std::optional<int> needed;
      if (largest > 0) needed = power_of_two_scale(largest, format_.limit);
      result->k = s.scale.scale(needed, 0);
      if (learning()) s.scale.remember(needed);
    }
    if (blocked()) {
      result->numbers.assign(x.begin(), x.end());
    } else {
      result->numbers.resize(x.size());
      add(s.role, round_to_format(format_.element(), x, result->k, result->numbers, place));
    }
    return result;
  }

  void forward(const nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
               const nn::HostTensor<float>* bias, std::span<float> y) override {
    const NumberMatrix& m = fitting(w, shape);
    const NumberOperand& input = numbers(x, "input", area(shape.input_pixels(), shape.channels));
    require_size("output", y.size(), area(shape.output_pixels(), shape.outputs));
    std::span<const float> addends;
    if (bias != nullptr) {
      require_size("bias", bias->values.size(), static_cast<std::size_t>(shape.outputs));
      addends = bias->values;
    }
    const auto gather = [&](int first, int last, std::span<float> rows) {
      gather_patches(shape, input.numbers, first, last, rows);
    };
    report().forward_saturations += product(shape, shape.outputs, shape.output_pixels(), shape.patch(),
                                            {m.numbers, m.k}, input, gather, addends, y);
  }

  void input_gradient(const nn::Matrix& w, const Convolution& shape, const nn::Operand& dy,
                      std::span<float> dx) override {
    const NumberMatrix& m = fitting(w, shape);
    const NumberOperand& error = numbers(dy, "output gradient", area(shape.output_pixels(), shape.outputs));
    require_size("input gradient", dx.size(), area(shape.input_pixels(), shape.channels));
    const Floats turned = turned_weights(shape, m.numbers, threads());
    const auto gather = [&](int first, int last, std::span<float> rows) {
      gather_errors(shape, error.numbers, first, last, rows);
    };
    const int sum = shape.kernel_height * shape.kernel_width * shape.outputs;
    report().input_gradient_saturations +=
        product(shape, shape.channels, shape.input_pixels(), sum, {turned, m.k}, error, gather, {}, dx);
  }

  void weight_gradient(nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
                       const nn::Operand& dy) override {
    fitting(w, shape);
    auto& m = static_cast<NumberMatrix&>(w);
    if (m.has_gradient) throw InternalError("'" + m.name + "' got two gradients in a step");
    const NumberOperand& input = numbers(x, "input", area(shape.input_pixels(), shape.channels));
    const NumberOperand& error = numbers(dy, "output gradient", area(shape.output_pixels(), shape.outputs));
    Floats error_rows(error.numbers.size()), rows(input.numbers.size());
    transpose_numbers(error.numbers, shape.output_pixels(), shape.outputs, error_rows, threads());
    transpose_numbers(input.numbers, shape.input_pixels(), shape.channels, rows, threads());
    if (!is_pointwise(shape)) {
      const Floats planes = std::move(rows);
      rows = Floats(area(shape.patch(), shape.output_pixels()));
      threads().for_each(shape.patch(), [&](int i) {
        const auto row = static_cast<std::size_t>(shape.output_pixels());
        gather_patch_rows(shape, planes, i, i + 1,
                          std::span(rows).subspan(static_cast<std::size_t>(i) * row, row));
      });
    }
    const FloatProductCounts counts = gemm_(m.columns, m.rows, shape.output_pixels(), {rows, input.k},
                                            {error_rows, error.k}, {}, m.gradient);
    add(input.role, counts.a);
    add(error.role, counts.b);
    report().weight_gradient_saturations += counts.overflows;
    report().macs += std::int64_t{m.columns} * m.rows * shape.output_pixels();
    m.has_gradient = true;
  }

  void batched(const nn::BatchedProduct& p, const nn::Operand& a, const nn::Operand& b, bool backward,
               std::span<float> out) override {
    const NumberOperand& left = numbers(a, "left operand", area(p.batch, p.m * p.k));
    const NumberOperand& right = numbers(b, "right operand", area(p.batch, p.n * p.k));
    require_size("product", out.size(), area(p.batch, p.m * p.n));
    std::int64_t overflows = 0;
    for (int i = 0; i < p.batch; ++i) {
      Floats scratch_a, scratch_b;
      const auto rows_a = matrix_of(left.numbers, i, p.m, p.k, p.a_transposed, scratch_a);
      const auto rows_b = matrix_of(right.numbers, i, p.n, p.k, p.b_transposed, scratch_b);
      const FloatProductCounts counts = gemm_(p.m, p.n, p.k, {rows_a, left.k}, {rows_b, right.k}, {},
                                              out.subspan(area(i, p.m * p.n), area(p.m, p.n)));
      add(left.role, counts.a);
      add(right.role, counts.b);
      overflows += counts.overflows;
    }
    (backward ? report().input_gradient_saturations : report().forward_saturations) += overflows;
    report().macs += std::int64_t{p.batch} * p.m * p.n * p.k;
  }

  std::string kernel() const override { return gemm_.kernel(); }

  std::int64_t weights() const override {
    std::int64_t sum = 0;
    for (const auto& m : matrices_) sum += std::int64_t{m->rows} * m->columns;
    return sum;
  }

 protected:
  void update_matrices() override {
    for (const auto& m : matrices_) {
      if (!m->has_gradient) throw InternalError("'" + m->name + "' got no gradient in this step");
      largest_magnitude(m->gradient, {"gradient of " + m->name, settings().step});
    }
    for (const auto& m : matrices_) {
      m->master.update(m->gradient, settings(), threads());
      m->has_gradient = false;
      round_weights(*m);
      report().weight_underflows += m->underflows;
    }
  }

  void append_matrices(std::vector<Array>& all) const override {
    for (const auto& m : matrices_) append_matrix(m->name, m->rows, m->columns, m->master.values(), all);
  }

  void exchange_matrices(StateArchive& archive) override {
    for (const auto& m : matrices_) {
      m->master.exchange(archive, m->name);
      round_weights(*m);
    }
    for (const auto& s : sites_) s->scale.exchange(archive);
  }

 private:
  bool blocked() const { return format_.accumulation == Accumulation::kBlocks; }

  void add(nn::Role role, const QuantizeCounts& counts) {
    PostCounts& total = role == nn::Role::kActivation ? report().activations : report().errors;
    total += {counts.underflowed, counts.saturated};
  }

  /// The operand of the master weights, with the smallest scale that clips none.
  void round_weights(NumberMatrix& m) const {
    const TensorPlace place{m.name, settings().step};
    const std::span<const float> values = m.master.values();
    const float largest = largest_magnitude(values, place);
    m.k = format_.scaled ? power_of_two_scale(largest, format_.limit) : 0;
    m.numbers.assign(values.begin(), values.end());
    if (!blocked()) {
      m.underflows = round_to_format(format_.element(), values, m.k, m.numbers, place).underflowed;
      return;
    }
    // The forward product's blocks are counted; each product rounds its own.
    const auto columns = static_cast<std::size_t>(m.columns);
    const auto block = static_cast<std::size_t>(format_.blocks.block);
    Floats elements(columns), scales((columns + block - 1) / block);
    m.underflows = 0;
    for (std::size_t row = 0; row < static_cast<std::size_t>(m.rows); ++row) {
      m.underflows +=
          round_blocks(format_.blocks, values.subspan(row * columns, columns), m.k, elements, scales)
              .underflowed;
    }
  }

  const NumberMatrix& fitting(const nn::Matrix& matrix, const Convolution& shape) const {
    const auto& m = static_cast<const NumberMatrix&>(matrix);
    require_size("'" + m.name + "'", area(m.rows, m.columns), area(shape.outputs, shape.patch()));
    return m;
  }

  static const NumberOperand& numbers(const nn::Operand& operand, std::string_view what, std::size_t size) {
    const auto& o = static_cast<const NumberOperand&>(operand);
    require_size(what, o.numbers.size(), size);
    return o;
  }

  /// w (m rows) times the n rows that `gather` makes of x, or x itself where the shape is pointwise. Returns
  /// the overflows.
  template <class Gather>
  std::int64_t product(const Convolution& shape, int m, int n, int k, const FloatMatrix& w,
                       const NumberOperand& x, const Gather& gather, std::span<const float> bias,
                       std::span<float> out) {
    report().macs += std::int64_t{m} * n * k;
    if (is_pointwise(shape)) {
      const FloatProductCounts counts = gemm_(m, n, k, w, {x.numbers, x.k}, bias, out);
      add(x.role, counts.b);
      return counts.overflows;
    }
    std::int64_t overflows = 0;
    for (int first = 0; first < n; first += kPixelBlock) {
      const int count = std::min(kPixelBlock, n - first);
      Floats rows(area(count, k));
      constexpr int kPiece = 64;  // pixels a thread gathers at once
      threads().for_each((count + kPiece - 1) / kPiece, [&](int i) {
        const int begin = i * kPiece;
        const int end = std::min(count, begin + kPiece);
        gather(first + begin, first + end, std::span(rows).subspan(area(begin, k), area(end - begin, k)));
      });
      const FloatProductCounts counts =
          gemm_(m, count, k, w, {rows, x.k}, bias, out.subspan(area(first, m), area(count, m)));
      add(x.role, counts.b);
      overflows += counts.overflows;
    }
    return overflows;
  }

  /// Matrix i of a batch, rows x k with k fastest; `scratch` holds it where it is stored transposed.
  std::span<const float> matrix_of(std::span<const float> all, int i, int rows, int k, bool transposed,
                                   Floats& scratch) const {
    const auto stored = all.subspan(area(i, rows * k), area(rows, k));
    if (!transposed) return stored;
    scratch.resize(stored.size());
    transpose_numbers(stored, k, rows, scratch, threads());
    return scratch;
  }

  Design design_;
  NumberFormat format_;
  FloatGemm gemm_;
  std::vector<std::unique_ptr<NumberSite>> sites_;
  std::vector<std::unique_ptr<NumberMatrix>> matrices_;
};

}  // namespace

std::unique_ptr<TrainingEngine> make_number_format_engine(const Design& design,
                                                          const OptimizerParameters& optimizer,
                                                          const Parallel& threads) {
  return std::make_unique<NumberFormatEngine>(design, optimizer, threads);
}

}  // namespace napier

// Products in FP32 by OpenBLAS, each call on one thread; work is divided in pieces that do not depend on the
// number of threads, and partial sums are added in a fixed order.
#include <cblas.h>

#include <algorithm>
#include <cstring>

#include "models/base/error.hpp"
#include "models/format/quantizer.hpp"
#include "models/train/master_weights.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/tensor_quantizer.hpp"
#include "models/train/training_engine.hpp"
#include "models/train/weight_arrays.hpp"

namespace napier {
namespace {

using Floats = std::vector<float>;

constexpr int kSampleBlock = 8;  ///< images of a piece
constexpr int kRowBlock = 1024;  ///< rows of a piece of a linear layer

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

struct FloatSite : nn::Site {
  explicit FloatSite(std::string n) : name(std::move(n)) {}
  std::string name;
};

struct FloatOperand : nn::Operand {
  Floats values;
};

struct FloatMatrix : nn::Matrix {
  std::string name;
  int rows = 0, columns = 0;
  MasterWeights master;
  Floats gradient;
  bool has_gradient = false;
  explicit FloatMatrix(MasterWeights m) : master(std::move(m)) {}
};

/// c (m x n) = op(a) op(b) [+ c], row-major; `k` is the length of the sums.
void multiply(bool a_transposed, bool b_transposed, int m, int n, int k, const float* a, const float* b,
              float* c) {
  cblas_sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
              b_transposed ? CblasTrans : CblasNoTrans, m, n, k, 1.0F, a, a_transposed ? m : k, b,
              b_transposed ? k : n, 0.0F, c, n);
}

bool is_pointwise(const Convolution& s) {
  return s.kernel_height == 1 && s.kernel_width == 1 && s.stride == 1 && s.padding == 0;
}

/// The part of a convolution that one piece of work covers.
struct Piece {
  int first, last;  ///< samples, or rows of a pointwise product
  Convolution shape;
};

/// Images are independent, and of a pointwise product so are pixels.
std::vector<Piece> pieces(const Convolution& shape) {
  const bool pointwise = is_pointwise(shape);
  Convolution part = shape;
  if (pointwise) {
    part.height = part.width = 1;
    part.batch = shape.input_pixels();
  }
  const int all = part.batch;
  const int block = pointwise ? kRowBlock : kSampleBlock;
  std::vector<Piece> result;
  for (int first = 0; first < all; first += block) {
    part.batch = std::min(block, all - first);
    result.push_back({first, first + part.batch, part});
  }
  return result;
}

/// Patches of all output pixels of `s`, x its input: rows of patch() numbers.
void gather(const Convolution& s, const float* x, Floats& rows) {
  rows.resize(area(s.output_pixels(), s.patch()));
  float* out = rows.data();
  const std::size_t bytes = static_cast<std::size_t>(s.channels) * sizeof(float);
  for (int sample = 0; sample < s.batch; ++sample) {
    for (int p = 0; p < s.output_height() * s.output_width(); ++p) {
      for (int r = 0; r < s.kernel_height; ++r) {
        const int row = p / s.output_width() * s.stride + r - s.padding;
        for (int c = 0; c < s.kernel_width; ++c, out += s.channels) {
          const int column = p % s.output_width() * s.stride + c - s.padding;
          if (row < 0 || row >= s.height || column < 0 || column >= s.width) {
            std::memset(out, 0, bytes);
          } else {
            std::memcpy(out, x + area((sample * s.height + row) * s.width + column, s.channels), bytes);
          }
        }
      }
    }
  }
}

/// The reverse: adds the rows up at the pixels they come from.
void scatter(const Convolution& s, const Floats& rows, float* dx) {
  std::fill(dx, dx + area(s.input_pixels(), s.channels), 0.0F);
  const float* from = rows.data();
  for (int sample = 0; sample < s.batch; ++sample) {
    for (int p = 0; p < s.output_height() * s.output_width(); ++p) {
      for (int r = 0; r < s.kernel_height; ++r) {
        const int row = p / s.output_width() * s.stride + r - s.padding;
        for (int c = 0; c < s.kernel_width; ++c, from += s.channels) {
          const int column = p % s.output_width() * s.stride + c - s.padding;
          if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
          float* to = dx + area((sample * s.height + row) * s.width + column, s.channels);
          for (int i = 0; i < s.channels; ++i) to[i] += from[i];
        }
      }
    }
  }
}

class FloatEngine : public TrainingEngine {
 public:
  FloatEngine(const Design& design, const OptimizerParameters& optimizer, const Parallel& threads)
      : TrainingEngine(optimizer, threads), design_(design) {
    openblas_set_num_threads(1);
  }

  nn::Site& site(const std::string& name, nn::Role) override {
    sites_.push_back(std::make_unique<FloatSite>(name));
    return *sites_.back();
  }

  nn::Matrix& matrix(const std::string& name, int rows, int columns,
                     std::span<const float> initial) override {
    require_size(name, initial.size(), area(rows, columns));
    auto m = std::make_unique<FloatMatrix>(
        MasterWeights(design_, optimizer(), static_cast<int>(matrices_.size()), initial));
    m->name = name;
    m->rows = rows;
    m->columns = columns;
    m->gradient.resize(initial.size());
    matrices_.push_back(std::move(m));
    return *matrices_.back();
  }

  std::unique_ptr<nn::Operand> operand(nn::Site& site, std::span<const float> x) override {
    largest_magnitude(x, {static_cast<FloatSite&>(site).name, settings().step}, threads());
    auto result = std::make_unique<FloatOperand>();
    result->values.assign(x.begin(), x.end());
    return result;
  }

  void forward(const nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
               const nn::HostTensor<float>* bias, std::span<float> y) override {
    const FloatMatrix& m = fitting(w, shape);
    const Floats& input = values(x, "input", area(shape.input_pixels(), shape.channels));
    require_size("output", y.size(), area(shape.output_pixels(), shape.outputs));
    if (bias != nullptr) require_size("bias", bias->values.size(), static_cast<std::size_t>(shape.outputs));
    for_each_piece(shape, [&](const Piece& p, std::size_t) {
      const Convolution& s = p.shape;
      Floats scratch;
      const float* rows = patches(s, input.data() + input_start(p), scratch);
      float* out = y.data() + output_start(p);
      multiply(false, true, s.output_pixels(), s.outputs, s.patch(), rows, m.master.values().data(), out);
      if (bias == nullptr) return;
      for (int pixel = 0; pixel < s.output_pixels(); ++pixel, out += s.outputs) {
        for (int o = 0; o < s.outputs; ++o) out[o] += bias->values[static_cast<std::size_t>(o)];
      }
    });
    count(shape);
  }

  void input_gradient(const nn::Matrix& w, const Convolution& shape, const nn::Operand& dy,
                      std::span<float> dx) override {
    const FloatMatrix& m = fitting(w, shape);
    const Floats& error = values(dy, "output gradient", area(shape.output_pixels(), shape.outputs));
    require_size("input gradient", dx.size(), area(shape.input_pixels(), shape.channels));
    for_each_piece(shape, [&](const Piece& p, std::size_t) {
      const Convolution& s = p.shape;
      const float* from = error.data() + output_start(p);
      float* to = dx.data() + input_start(p);
      if (is_pointwise(s)) {
        multiply(false, false, s.output_pixels(), s.channels, s.outputs, from, m.master.values().data(), to);
        return;
      }
      Floats rows(area(s.output_pixels(), s.patch()));
      multiply(false, false, s.output_pixels(), s.patch(), s.outputs, from, m.master.values().data(),
               rows.data());
      scatter(s, rows, to);
    });
    count(shape);
  }

  void weight_gradient(nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
                       const nn::Operand& dy) override {
    fitting(w, shape);
    auto& m = static_cast<FloatMatrix&>(w);
    if (m.has_gradient) throw InternalError("'" + m.name + "' got two gradients in a step");
    const Floats& input = values(x, "input", area(shape.input_pixels(), shape.channels));
    const Floats& error = values(dy, "output gradient", area(shape.output_pixels(), shape.outputs));
    std::vector<Floats> partial(pieces(shape).size());
    for_each_piece(shape, [&](const Piece& p, std::size_t i) {
      const Convolution& s = p.shape;
      Floats scratch;
      const float* rows = patches(s, input.data() + input_start(p), scratch);
      partial[i].resize(m.master.values().size());
      multiply(true, false, s.outputs, s.patch(), s.output_pixels(), error.data() + output_start(p), rows,
               partial[i].data());
    });
    m.gradient = std::move(partial.front());
    for (std::size_t i = 1; i < partial.size(); ++i) {
      for (std::size_t j = 0; j < m.gradient.size(); ++j) m.gradient[j] += partial[i][j];
    }
    m.has_gradient = true;
    count(shape);
  }

  void batched(const nn::BatchedProduct& p, const nn::Operand& a, const nn::Operand& b, bool,
               std::span<float> out) override {
    const Floats& left = values(a, "left operand", area(p.batch, p.m * p.k));
    const Floats& right = values(b, "right operand", area(p.batch, p.n * p.k));
    require_size("product", out.size(), area(p.batch, p.m * p.n));
    threads().for_each(p.batch, [&](int i) {
      multiply(p.b_transposed, !p.a_transposed, p.n, p.m, p.k, right.data() + area(i, p.n * p.k),
               left.data() + area(i, p.m * p.k), out.data() + area(i, p.m * p.n));
    });
    report().macs += std::int64_t{p.batch} * p.m * p.n * p.k;
  }

  std::string kernel() const override { return "openblas"; }

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
      m->master.update(m->gradient, settings(), threads());
      m->has_gradient = false;
    }
  }

  void append_matrices(std::vector<Array>& all) const override {
    for (const auto& m : matrices_) append_matrix(m->name, m->rows, m->columns, m->master.values(), all);
  }

  void exchange_matrices(StateArchive& archive) override {
    for (const auto& m : matrices_) m->master.exchange(archive, m->name);
  }

 private:
  static const FloatMatrix& fitting(const nn::Matrix& matrix, const Convolution& shape) {
    const auto& m = static_cast<const FloatMatrix&>(matrix);
    require_size(m.name, area(m.rows, m.columns), area(shape.outputs, shape.patch()));
    return m;
  }

  static const Floats& values(const nn::Operand& operand, std::string_view what, std::size_t size) {
    const Floats& x = static_cast<const FloatOperand&>(operand).values;
    require_size(what, x.size(), size);
    return x;
  }

  static std::size_t input_start(const Piece& p) {
    return area(p.first, p.shape.height * p.shape.width * p.shape.channels);
  }
  static std::size_t output_start(const Piece& p) {
    return area(p.first, p.shape.output_height() * p.shape.output_width() * p.shape.outputs);
  }

  static const float* patches(const Convolution& s, const float* x, Floats& scratch) {
    if (is_pointwise(s)) return x;
    gather(s, x, scratch);
    return scratch.data();
  }

  template <class Body>
  void for_each_piece(const Convolution& shape, const Body& body) const {
    const std::vector<Piece> all = pieces(shape);
    threads().for_each(static_cast<int>(all.size()), [&](int i) {
      const auto index = static_cast<std::size_t>(i);
      body(all[index], index);
    });
  }

  void count(const Convolution& s) {
    report().macs += std::int64_t{s.output_pixels()} * s.patch() * s.outputs;
  }

  Design design_;
  std::vector<std::unique_ptr<FloatSite>> sites_;
  std::vector<std::unique_ptr<FloatMatrix>> matrices_;
};

}  // namespace

std::unique_ptr<TrainingEngine> make_float_engine(const Design& design, const OptimizerParameters& optimizer,
                                                  const Parallel& threads) {
  return std::make_unique<FloatEngine>(design, optimizer, threads);
}

}  // namespace napier

#include "explore/measure/attention_rounding.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "explore/measure/product_probe.hpp"
#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/data/text.hpp"
#include "models/format/quantizer.hpp"
#include "models/gemm/gemm.hpp"
#include "models/gemm/transpose.hpp"
#include "models/nn/cross_entropy.hpp"
#include "models/nn/networks.hpp"
#include "models/train/scales.hpp"
#include "models/train/training_engine.hpp"

namespace napier::explore {
namespace {

constexpr int kMatrices = 16;  // of each product's batch: enough for tens of thousands of results
constexpr int kHeadroom = 8;   // accumulator bits above the term's

constexpr std::array kTermBits = {6, 8, 10, 12, 14, 16};
constexpr std::array kRoundings = {TermRounding::kTruncate, TermRounding::kHalfUp};
constexpr std::array kProducts = {
    AttentionProduct::kScores,        AttentionProduct::kContext,     AttentionProduct::kProbabilityGradient,
    AttentionProduct::kQueryGradient, AttentionProduct::kKeyGradient, AttentionProduct::kValueGradient};

std::string product_name(AttentionProduct product) {
  switch (product) {
    case AttentionProduct::kScores:
      return "scores";
    case AttentionProduct::kContext:
      return "context";
    case AttentionProduct::kProbabilityGradient:
      return "probabilities' gradient";
    case AttentionProduct::kQueryGradient:
      return "queries' gradient";
    case AttentionProduct::kKeyGradient:
      return "keys' gradient";
    case AttentionProduct::kValueGradient:
      return "values' gradient";
  }
  throw InternalError("attention product without a name");
}

/// Few enough to tell apart: sums of both signs, of one sign, and one of the backward pass.
bool in_chart(AttentionProduct product) {
  return product == AttentionProduct::kScores || product == AttentionProduct::kContext ||
         product == AttentionProduct::kValueGradient;
}

std::string rounding_name(TermRounding rounding) {
  return rounding == TermRounding::kTruncate ? "cut off" : "rounded half up";
}

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

/// Words of matrices stored rows x k (k fastest), or k x rows where transposed.
struct Rounded {
  std::vector<Word> words;
  int k = 0;
  std::vector<float> values;  ///< by word
};

Rounded rounded(const Quantizer& quantizer, std::span<const float> x) {
  Rounded r;
  r.k = quantizer.scale_exponent(largest_magnitude(x, {"attention operand", 0}));
  r.words.resize(x.size());
  quantizer.quantize(x, r.k, r.words, {"attention operand", 0});
  r.values = quantizer.dequantize_table(r.k);
  return r;
}

std::vector<Word> matrix_of(const Rounded& all, int i, int rows, int k, bool transposed,
                            const Parallel& one) {
  const auto stored = std::span(all.words).subspan(area(i, rows * k), area(rows, k));
  std::vector<Word> matrix(stored.begin(), stored.end());
  if (transposed) transpose(stored, k, rows, matrix, one);
  return matrix;
}

std::string number(double x, const char* pattern) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), pattern, x);
  return text.data();
}

using Key = std::tuple<AttentionProduct, TermRounding, int>;

/// One step: forward, and backward with the update where `learning`.
void step(TrainingEngine& engine, nn::Model<float>& model, const Samples& samples, int batch,
          std::int64_t number_of_step) {
  std::vector<std::uint8_t> inputs, labels;
  for (int i = 0; i < batch; ++i) {
    const int sample = static_cast<int>((number_of_step * batch + i) % samples.count);
    const auto x = samples.input(sample), y = samples.label(sample);
    inputs.insert(inputs.end(), x.begin(), x.end());
    labels.insert(labels.end(), y.begin(), y.end());
  }
  StepReport report;
  engine.begin({number_of_step, 1.0}, true, report);
  const std::vector<float> logits = model.forward(inputs, nn::Mode::kTrain);
  const std::vector<double> doubles(logits.begin(), logits.end());
  std::vector<float> gradient(logits.size());
  nn::softmax_cross_entropy<float>(doubles, labels, model.classes(), gradient);
  model.backward(std::move(gradient));
  engine.update();
}

/// Which product a call computes: blocks go forward one after the other, two products each, then backward
/// with four.
class Counter {
 public:
  AttentionProduct next(bool backward) {
    if (!backward) return kProducts[static_cast<std::size_t>(forward_++ % 2)];
    return kProducts[static_cast<std::size_t>(2 + backward_++ % 4)];
  }

 private:
  int forward_ = 0, backward_ = 0;
};

Measurement present(const std::map<Key, ProductError>& errors) {
  Measurement m;
  m.name = "attention_rounding";
  m.csv = "product,term_rounding,term_bits,bias,relative_rms,overflows\n";
  m.table = "| product | terms | term bits | bias, % | relative rms, % |\n|---|---|---|---|---|\n";
  m.chart = {.title = "Bias of attention's products by rounding of terms",
             .x = {.title = "Term bits F"},
             .y = {.title = "Bias, % of the mean magnitude"},
             .series = {}};
  for (const AttentionProduct product : kProducts) {
    for (const TermRounding rounding : kRoundings) {
      ChartSeries series{.name = product_name(product) + ", " + rounding_name(rounding), .points = {}};
      for (const int bits : kTermBits) {
        const ProductError& e = errors.at({product, rounding, bits});
        const double bias = 100 * e.bias(), rms = 100 * e.relative_rms();
        m.csv += product_name(product) + "," + rounding_name(rounding) + "," + std::to_string(bits) + "," +
                 number(e.bias(), "%.6g") + "," + number(e.relative_rms(), "%.6g") + "," +
                 std::to_string(e.overflows) + "\n";
        m.table += "| " + product_name(product) + " | " + rounding_name(rounding) + " | " +
                   std::to_string(bits) + " | " + number(bias, "%+.3f") + " | " + number(rms, "%.3f") +
                   " |\n";
        series.points.push_back({static_cast<double>(bits), bias, bias, bias});
      }
      if (in_chart(product)) m.chart.series.push_back(std::move(series));
    }
  }
  return m;
}

}  // namespace

double ProductError::relative_rms() const { return square > 0 ? std::sqrt(square_error / square) : 0; }

void add_product_error(const Design& design, const nn::BatchedProduct& shape, std::span<const float> a,
                       std::span<const float> b, int matrices, ProductError& sum) {
  const Parallel one(1);
  const Quantizer quantizer(design);
  const Rounded left = rounded(quantizer, a), right = rounded(quantizer, b);
  const double unit = accumulator_unit(design, left.k, right.k);
  Gemm gemm(design, one);
  std::vector<std::int32_t> acc(area(shape.m, shape.n));
  for (int i = 0; i < std::min(matrices, shape.batch); ++i) {
    const auto rows_a = matrix_of(left, i, shape.m, shape.k, shape.a_transposed, one);
    const auto rows_b = matrix_of(right, i, shape.n, shape.k, shape.b_transposed, one);
    sum.overflows += gemm(shape.m, shape.n, shape.k, rows_a, rows_b, {}, acc);
    for (int n = 0; n < shape.n; ++n) {
      for (int m = 0; m < shape.m; ++m) {
        double exact = 0;
        for (int k = 0; k < shape.k; ++k) {
          exact +=
              double{left.values[rows_a[area(m, shape.k) + k]]} * right.values[rows_b[area(n, shape.k) + k]];
        }
        const double error = acc[area(n, shape.m) + m] * unit - exact;
        sum.error += exact < 0 ? -error : error;
        sum.magnitude += std::abs(exact);
        sum.square_error += error * error;
        sum.square += exact * exact;
      }
    }
  }
}

Measurement measure_attention_rounding(const Experiment& experiment, const Design& design,
                                       const std::string& file, int steps, int threads) {
  if (experiment.network.kind != NetworkKind::kTransformer) {
    throw InputError(file + ": network.kind has no attention; give an experiment of kind transformer");
  }
  if (design.format.kind != FormatKind::kLns) {
    throw InputError("design '" + design.name + "': only format.kind lns has terms to round");
  }
  const TransformerSettings& t = experiment.network.transformer;
  const Dataset data = load_text(experiment.dataset.text, t.sequence, experiment.dataset.train_samples,
                                 experiment.dataset.test_samples);
  const Parallel pool(threads);
  const auto engine = make_engine(design, experiment.optimizer, pool);
  ProductProbe probe(*engine);
  nn::Initial initial(experiment.seed);
  const auto model = nn::make_transformer<float>({.symbols = 256,
                                                  .sequence = t.sequence,
                                                  .width = t.width,
                                                  .heads = t.heads,
                                                  .blocks = t.blocks,
                                                  .hidden = t.hidden},
                                                 {probe, pool, initial});
  for (std::int64_t i = 0; i < steps; ++i) {
    check_interrupt();
    step(*engine, *model, data.train, experiment.batch, i);
  }

  std::map<Key, ProductError> errors;
  Counter counter;
  probe.watch([&](const nn::BatchedProduct& shape, std::span<const float> a, std::span<const float> b,
                  bool backward) {
    const AttentionProduct product = counter.next(backward);
    for (const TermRounding rounding : kRoundings) {
      for (const int bits : kTermBits) {
        check_interrupt();
        Design changed = design;
        changed.datapath.term_rounding = rounding;
        changed.datapath.term_bits = bits;
        changed.datapath.accumulator_bits = bits + kHeadroom;
        add_product_error(changed, shape, a, b, kMatrices, errors[{product, rounding, bits}]);
      }
    }
  });
  step(*engine, *model, data.train, experiment.batch, steps);

  Measurement m = present(errors);
  m.command = "napier measure attention_rounding " + file + " -o DIR --steps " + std::to_string(steps);
  m.caption =
      "Products of attention (" + std::to_string(t.blocks) + " blocks, " + std::to_string(t.heads) +
      " heads, sequence " + std::to_string(t.sequence) + ", design " + design.name + ") after " +
      std::to_string(steps) +
      " steps of training, computed from the same operand words with terms cut off and with terms rounded "
      "half up, against FP64. Bias: mean signed error towards larger magnitudes as a share of the mean "
      "magnitude.";
  return m;
}

}  // namespace napier::explore

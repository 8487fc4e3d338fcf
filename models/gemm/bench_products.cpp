#include "models/gemm/bench_products.hpp"

#include <cblas.h>

#include <deque>
#include <string>

#include "models/base/random.hpp"
#include "models/base/rates.hpp"
#include "models/gemm/convolution_rows.hpp"
#include "models/gemm/gemm.hpp"
#include "models/gemm/openblas_core.hpp"

namespace napier {
namespace {

constexpr double kSeconds = 0.03;  ///< of each loop in a round

struct Shape {
  int m, n, k;
  double macs() const { return double{1} * m * n * k; }
  std::string text() const { return std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k); }
};

/// The first layer of the reference experiment with twice its batch, and a cube.
constexpr Shape kShapes[] = {{256, 256, 784}, {512, 512, 512}};

Design lns(const std::string& name, ConversionStyle style, int term_bits, int accumulator_bits) {
  Design d;
  d.name = name;
  d.datapath.style = style;
  d.datapath.term_bits = term_bits;
  d.datapath.accumulator_bits = accumulator_bits;
  return d;
}

/// Designs whose accumulators cannot overflow in products of the operands above are named so, and ones that
/// do in most vectors.
std::vector<Design> designs() {
  std::vector<Design> list;
  for (const int term_bits : {8, 16, 24}) {
    const std::string name = "term" + std::to_string(term_bits);
    list.push_back(
        lns(name + "_bounded", ConversionStyle::kPerElement, term_bits, term_bits <= 16 ? 24 : 32));
    list.push_back(lns(name + "_overflowing", ConversionStyle::kPerElement, term_bits, term_bits + 1));
  }
  list.push_back(lns("lns8_paper", ConversionStyle::kBinned, 16, 24));
  list.push_back(lns("lns8_lean", ConversionStyle::kPerElement, 11, 16));
  Design int8;
  int8.name = "int8";
  int8.format.kind = FormatKind::kInt8;
  int8.update.kind = UpdateKind::kHost;
  list.push_back(int8);
  return list;
}

struct NamedConvolution {
  std::string name;
  Convolution shape;
};

std::vector<NamedConvolution> convolutions() {
  return {
      {"28x28x16-16/3x3",
       {.batch = 32,
        .height = 28,
        .width = 28,
        .channels = 16,
        .kernel_height = 3,
        .kernel_width = 3,
        .padding = 1,
        .outputs = 16}},
      {"14x14x32-64/3x3",
       {.batch = 32,
        .height = 14,
        .width = 14,
        .channels = 32,
        .kernel_height = 3,
        .kernel_width = 3,
        .padding = 1,
        .outputs = 64}},
  };
}

std::vector<Word> random_words(std::size_t count, std::uint64_t stream) {
  const Philox random(1);
  std::vector<Word> words;
  for (std::size_t i = 0; i < count; ++i) words.push_back(static_cast<Word>(random.word(stream, i)));
  return words;
}

/// What one row says, once the rates are known.
struct Entry {
  std::string name;
  std::string against;
};

/// Loops with the operands that they run on, which have to stay where they are.
class Products {
 public:
  void add_sgemm(const Shape& s) {
    const auto& a = floats_.emplace_back(size(s.m, s.k), 1.5F);
    const auto& b = floats_.emplace_back(size(s.n, s.k), -0.5F);
    auto& c = floats_.emplace_back(size(s.n, s.m));
    rates_.add(sgemm(s), s.macs(), [&, s] {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, s.n, s.m, s.k, 1.0F, b.data(), s.k, a.data(), s.k,
                  0.0F, c.data(), s.m);
    });
    entries_.push_back({sgemm(s), ""});
  }

  void add_gemm(const Design& design, const std::string& kernel, const Shape& s) {
    const std::string name = "gemm/" + design.name + "/" + kernel + "/" + s.text();
    add_product(name, sgemm(s), design, kernel, s, words(size(s.m, s.k)), words(size(s.n, s.k)));
  }

  void add_convolution(const Design& design, const NamedConvolution& c) {
    const Convolution s = c.shape;
    const auto& w = words(size(s.outputs, s.patch()));
    const auto& x = words(size(s.input_pixels(), s.channels));
    const auto& dy = words(size(s.output_pixels(), s.outputs));
    add_pass("forward", design, c, forward_product(s, w, x),
             [=, &w, &x](Gemm& gemm, std::span<std::int32_t> acc) { gemm.forward(s, w, x, {}, acc); });
    add_pass("input_gradient", design, c, input_gradient_product(s, w, dy),
             [=, &w, &dy](Gemm& gemm, std::span<std::int32_t> acc) { gemm.input_gradient(s, w, dy, acc); });
    add_pass("weight_gradient", design, c, weight_gradient_product(s, x, dy, one_),
             [=, &x, &dy](Gemm& gemm, std::span<std::int32_t> acc) { gemm.weight_gradient(s, x, dy, acc); });
  }

  std::vector<BenchRow> measure(int rounds) {
    rates_.measure(Rates::Clock::kThread, kSeconds, rounds);
    std::vector<BenchRow> rows;
    for (const Entry& e : entries_) {
      const double rate = rates_[e.name];
      rows.push_back(
          {e.name, rate * 1e-9, "GMAC/s", e.against, e.against.empty() ? 0 : rate / rates_[e.against]});
    }
    return rows;
  }

 private:
  static std::size_t size(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

  static std::string sgemm(const Shape& s) {
    return std::string("sgemm/openblas/") + openblas_get_corename() + "/" + s.text();
  }

  const std::vector<Word>& words(std::size_t count) {
    return words_.emplace_back(random_words(count, words_.size()));
  }

  void add_product(const std::string& name, const std::string& against, const Design& design,
                   const std::string& kernel, const Shape& s, const std::vector<Word>& a,
                   const std::vector<Word>& b) {
    Gemm& gemm = gemms_.emplace_back(design, one_, kernel);
    auto& acc = accumulators_.emplace_back(size(s.n, s.m));
    rates_.add(name, s.macs(), [&, s] { gemm(s.m, s.n, s.k, a, b, {}, acc); });
    entries_.push_back({name, against});
  }

  template <class Run>
  void add_pass(const std::string& pass, const Design& design, const NamedConvolution& c,
                const ConvolutionProduct& p, Run run) {
    const std::string base = design.name + "/" + c.name + "/" + pass;
    const Shape s{p.m, p.n, p.k};
    add_product("gemm/" + base, "", design, "", s, words_.emplace_back(p.a_words()),
                words_.emplace_back(p.b_words()));
    Gemm& gemm = gemms_.emplace_back(design, one_);
    auto& acc = accumulators_.emplace_back(size(s.n, s.m));
    rates_.add("convolution/" + base, s.macs(), [&acc, &gemm, run] { run(gemm, acc); });
    entries_.push_back({"convolution/" + base, "gemm/" + base});
  }

  Parallel one_{1};
  std::deque<std::vector<float>> floats_;
  std::deque<std::vector<Word>> words_;
  std::deque<std::vector<std::int32_t>> accumulators_;
  std::deque<Gemm> gemms_;
  Rates rates_;
  std::vector<Entry> entries_;
};

}  // namespace

std::vector<BenchRow> bench_products(int rounds) {
  choose_openblas_core();
  openblas_set_num_threads(1);
  Products products;
  for (const Shape& shape : kShapes) {
    products.add_sgemm(shape);
    for (const Design& design : designs()) {
      for (const std::string& kernel : Gemm::available(design)) products.add_gemm(design, kernel, shape);
    }
  }
  for (const NamedConvolution& c : convolutions()) {
    products.add_convolution(lns("lns8_paper", ConversionStyle::kBinned, 16, 24), c);
  }
  return products.measure(rounds);
}

}  // namespace napier

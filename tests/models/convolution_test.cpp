// The three products of a convolution, on every kernel, against the sums written out tap by tap.
#include <gtest/gtest.h>

#include <random>

#include "models/base/error.hpp"
#include "models/gemm/convolution_rows.hpp"
#include "models/gemm/gemm.hpp"
#include "models/gemm/transpose.hpp"
#include "models/units/accumulation_collector.hpp"
#include "models/units/vector_lane.hpp"

namespace napier {
namespace {

using Words = std::vector<Word>;
using Sums = std::vector<std::int32_t>;

std::size_t at(std::initializer_list<std::pair<int, int>> places) {
  std::size_t index = 0;
  for (const auto& [i, size] : places)
    index = index * static_cast<std::size_t>(size) + static_cast<std::size_t>(i);
  return index;
}

/// Pairs of operands in order of k, summed as the datapath does.
class Chain {
 public:
  explicit Chain(const Design& d) : design_(d), lane_(d) {}
  void add(Word a, Word b) {
    a_.push_back(a);
    b_.push_back(b);
  }
  std::int32_t sum(std::int32_t acc, std::int64_t& overflows) {
    const auto vector = static_cast<std::size_t>(design_.datapath.vector);
    for (std::size_t k = 0; k < a_.size(); k += vector) {
      const std::size_t count = std::min(vector, a_.size() - k);
      const auto next =
          accumulate(acc, lane_(std::span(a_).subspan(k, count), std::span(b_).subspan(k, count)),
                     design_.datapath.accumulator_bits, design_.datapath.overflow);
      acc = next.value;
      overflows += next.overflowed ? 1 : 0;
    }
    a_.clear();
    b_.clear();
    return acc;
  }

 private:
  const Design& design_;
  VectorLane lane_;
  Words a_, b_;
};

/// An element of a tensor of pixels, or word 0 beside the image.
Word pixel(const Words& tensor, int height, int width, int channels, int sample, int y, int x, int c) {
  if (y < 0 || y >= height || x < 0 || x >= width) return 0;
  return tensor[at({{sample, 1}, {y, height}, {x, width}, {c, channels}})];
}

struct Tensors {
  Words w, x, dy;
  Sums bias;
};

struct Expected {
  Sums y, dx, dw;
  std::int64_t overflows[3] = {};
};

Expected expected(const Design& d, const Convolution& s, const Tensors& t) {
  Expected e;
  Chain chain(d);
  const int height = s.output_height(), width = s.output_width();
  for (int n = 0; n < s.batch; ++n)
    for (int oy = 0; oy < height; ++oy)
      for (int ox = 0; ox < width; ++ox)
        for (int o = 0; o < s.outputs; ++o) {
          for (int ky = 0; ky < s.kernel_height; ++ky)
            for (int kx = 0; kx < s.kernel_width; ++kx)
              for (int c = 0; c < s.channels; ++c)
                chain.add(t.w[at({{o, 1}, {ky, s.kernel_height}, {kx, s.kernel_width}, {c, s.channels}})],
                          pixel(t.x, s.height, s.width, s.channels, n, oy * s.stride + ky - s.padding,
                                ox * s.stride + kx - s.padding, c));
          e.y.push_back(chain.sum(t.bias[static_cast<std::size_t>(o)], e.overflows[0]));
        }
  for (int n = 0; n < s.batch; ++n)
    for (int iy = 0; iy < s.height; ++iy)
      for (int ix = 0; ix < s.width; ++ix)
        for (int c = 0; c < s.channels; ++c) {
          for (int ky = s.kernel_height; ky-- > 0;)
            for (int kx = s.kernel_width; kx-- > 0;)
              for (int o = 0; o < s.outputs; ++o) {
                const int y = iy + s.padding - ky, x = ix + s.padding - kx;  // output times stride
                const bool hit = y >= 0 && x >= 0 && y % s.stride == 0 && x % s.stride == 0;
                chain.add(
                    t.w[at({{o, 1}, {ky, s.kernel_height}, {kx, s.kernel_width}, {c, s.channels}})],
                    hit ? pixel(t.dy, height, width, s.outputs, n, y / s.stride, x / s.stride, o) : Word{0});
              }
          e.dx.push_back(chain.sum(0, e.overflows[1]));
        }
  for (int o = 0; o < s.outputs; ++o)
    for (int ky = 0; ky < s.kernel_height; ++ky)
      for (int kx = 0; kx < s.kernel_width; ++kx)
        for (int c = 0; c < s.channels; ++c) {
          for (int n = 0; n < s.batch; ++n)
            for (int oy = 0; oy < height; ++oy)
              for (int ox = 0; ox < width; ++ox)
                chain.add(pixel(t.x, s.height, s.width, s.channels, n, oy * s.stride + ky - s.padding,
                                ox * s.stride + kx - s.padding, c),
                          t.dy[at({{n, 1}, {oy, height}, {ox, width}, {o, s.outputs}})]);
          e.dw.push_back(chain.sum(0, e.overflows[2]));
        }
  return e;
}

Words random_words(std::size_t count, std::mt19937& random) {
  Words words;
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = static_cast<Word>(random() & 0xFFU);
    words.push_back(word == 0x80 ? Word{0} : word);  // the one word that no quantiser makes
  }
  return words;
}

Tensors random_tensors(const Convolution& s, std::mt19937& random) {
  const auto count = [](int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); };
  Tensors t{random_words(count(s.outputs, s.patch()), random),
            random_words(count(s.input_pixels(), s.channels), random),
            random_words(count(s.output_pixels(), s.outputs), random),
            {}};
  for (int o = 0; o < s.outputs; ++o) t.bias.push_back(static_cast<std::int32_t>(random() % 2000) - 1000);
  return t;
}

const Convolution kShapes[] = {
    {.batch = 2,
     .height = 5,
     .width = 6,
     .channels = 3,
     .kernel_height = 3,
     .kernel_width = 3,
     .padding = 1,
     .outputs = 4},
    {.batch = 1,
     .height = 8,
     .width = 7,
     .channels = 2,
     .kernel_height = 3,
     .kernel_width = 2,
     .stride = 2,
     .padding = 1,
     .outputs = 3},
    {.batch = 2,
     .height = 6,
     .width = 5,
     .channels = 5,
     .kernel_height = 1,
     .kernel_width = 1,
     .stride = 2,
     .outputs = 2},
    {.batch = 1,
     .height = 4,
     .width = 4,
     .channels = 1,
     .kernel_height = 2,
     .kernel_width = 4,
     .stride = 3,
     .padding = 3,
     .outputs = 17},
    {.batch = 9, .channels = 33, .outputs = 18},
};

void expect_exact(const Design& d) {
  std::mt19937 random(7);
  const Parallel two(2);
  for (const Convolution& s : kShapes) {
    const Tensors t = random_tensors(s, random);
    const Expected e = expected(d, s, t);
    for (const std::string& kernel : Gemm::available(d)) {
      SCOPED_TRACE(kernel + ", kernel height " + std::to_string(s.kernel_height));
      Gemm gemm(d, two, kernel);
      Sums y(e.y.size(), -1), dx(e.dx.size(), -1), dw(e.dw.size(), -1);
      EXPECT_EQ(gemm.forward(s, t.w, t.x, t.bias, y), e.overflows[0]);
      EXPECT_EQ(gemm.input_gradient(s, t.w, t.dy, dx), e.overflows[1]);
      EXPECT_EQ(gemm.weight_gradient(s, t.x, t.dy, dw), e.overflows[2]);
      EXPECT_EQ(y, e.y);
      EXPECT_EQ(dx, e.dx);
      EXPECT_EQ(dw, e.dw);
    }
  }
}

TEST(Convolution, IsExactOnEveryKernel) {
  Design d;
  d.datapath.vector = 8;
  expect_exact(d);
  d.datapath.accumulator_bits = 17;  // the order of k decides what saturates
  expect_exact(d);
  d.format.kind = FormatKind::kInt8;
  expect_exact(d);
}

TEST(Convolution, WrittenOutOperandsGiveTheSameProduct) {
  const Design d;
  const Parallel one(1);
  std::mt19937 random(8);
  const Convolution& s = kShapes[1];
  const Tensors t = random_tensors(s, random);
  Gemm gemm(d, one);
  const auto same = [&](const ConvolutionProduct& p, const Sums& fused) {
    Sums acc(fused.size());
    gemm(p.m, p.n, p.k, p.a_words(), p.b_words(), {}, acc);
    EXPECT_EQ(acc, fused);
  };
  Sums y(static_cast<std::size_t>(s.output_pixels() * s.outputs)), dx(t.x.size()), dw(t.w.size());
  gemm.forward(s, t.w, t.x, {}, y);
  same(forward_product(s, t.w, t.x), y);
  gemm.input_gradient(s, t.w, t.dy, dx);
  same(input_gradient_product(s, t.w, t.dy), dx);
  gemm.weight_gradient(s, t.x, t.dy, dw);
  same(weight_gradient_product(s, t.x, t.dy, one), dw);
}

TEST(Convolution, PaddingNeedsAZero) {
  Design d;
  d.format.zero = ZeroCode::kNone;
  const Parallel one(1);
  std::mt19937 random(9);
  Gemm gemm(d, one);
  const Convolution& padded = kShapes[0];
  const Tensors t = random_tensors(padded, random);
  Sums y(static_cast<std::size_t>(padded.output_pixels() * padded.outputs));
  EXPECT_THROW(gemm.forward(padded, t.w, t.x, {}, y), InputError);
  const Convolution& strided = kShapes[2];
  const Tensors u = random_tensors(strided, random);
  Sums out(static_cast<std::size_t>(strided.output_pixels() * strided.outputs)), dx(u.x.size());
  EXPECT_NO_THROW(gemm.forward(strided, u.w, u.x, {}, out));
  EXPECT_THROW(gemm.input_gradient(strided, u.w, u.dy, dx), InputError);
}

TEST(Transpose, EveryRemainder) {
  const Parallel two(2);
  std::mt19937 random(10);
  for (const int rows : {1, 7, 8, 9, 64, 83}) {
    for (const int columns : {1, 8, 15, 64, 130}) {
      const Words from = random_words(static_cast<std::size_t>(rows * columns), random);
      Words to(from.size());
      transpose(from, rows, columns, to, two);
      for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c) {
          ASSERT_EQ(to[at({{c, 1}, {r, rows}})], from[at({{r, 1}, {c, columns}})]) << rows << "x" << columns;
        }
      }
    }
  }
}

}  // namespace
}  // namespace napier

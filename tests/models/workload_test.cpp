// Workloads: published counts, the three passes of every kind of layer, address generators, bad input.
#include <gmock/gmock.h>

#include <filesystem>
#include <random>
#include <set>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/config/explain.hpp"
#include "models/workload/passes.hpp"
#include "models/workload/workload_file.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier {
namespace {

using testing::HasSubstr;

const std::filesystem::path kWorkloads = NAPIER_SOURCE_DIR "/configs/workloads";

Workload shipped(const std::string& name) { return read_workload(kWorkloads / (name + ".yaml")); }

/// Multiply-accumulates in units of 1e9, two digits behind the point: as publications print them.
std::string in_g(std::int64_t macs) {
  const std::int64_t hundredths = (macs + 5'000'000) / 10'000'000;
  const std::string rest = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + "." + (rest.size() == 1 ? "0" : "") + rest;
}

TEST(Workload, ForwardCountsAreThePublishedOnes) {
  EXPECT_EQ(in_g(forward_macs(shipped("resnet18"))), "1.81");
  EXPECT_EQ(in_g(forward_macs(shipped("resnet50"))), "4.09");
  EXPECT_EQ(in_g(forward_macs(shipped("bert_base"))), "35.33");
  EXPECT_EQ(in_g(forward_macs(shipped("bert_large"))), "123.21");
}

TEST(Workload, WeightCountsAreThePublishedOnes) {
  // torchvision: 11,689,512 and 25,557,032 parameters, of which normalisation and fc's bias have
  // 2 x 4,800 + 1,000 and 2 x 26,560 + 1,000.
  EXPECT_EQ(weight_count(shipped("resnet18")), 11'689'512 - 9'600 - 1'000);
  EXPECT_EQ(weight_count(shipped("resnet50")), 25'557'032 - 53'120 - 1'000);
  // docs/networks.md
  EXPECT_EQ(weight_count(shipped("mlp")), 234'752);
  EXPECT_EQ(weight_count(shipped("cnn")), 98'192);
  EXPECT_EQ(weight_count(shipped("resnet20")), 67'848);
  EXPECT_EQ(weight_count(shipped("transformer")), 114'688);
  // 12 layers width^2 + vocabulary width
  EXPECT_EQ(weight_count(shipped("gpt_1b7")), 12LL * 24 * 2304 * 2304 + 51200LL * 2304);
  EXPECT_EQ(weight_count(shipped("gpt_175b")), 12LL * 96 * 12288 * 12288 + 50257LL * 12288);
}

TEST(Workload, EveryShippedFileIsLegalAndNamedAfterItsFile) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kWorkloads)) {
    const Workload w = read_workload(entry.path());
    EXPECT_EQ(w.name, entry.path().stem().string());
    EXPECT_EQ(parse_workload(workload_schema().write(w), "again").layers.size(), w.layers.size());
    ++count;
  }
  EXPECT_EQ(count, 14);
}

/// A layer small enough to calculate by the definition.
WorkloadLayer convolution(std::mt19937& random) {
  const auto draw = [&](int low, int high) {
    return static_cast<std::int64_t>(std::uniform_int_distribution(low, high)(random));
  };
  WorkloadLayer l;
  l.name = "conv";
  l.kind = LayerKind::kConvolution;
  l.groups = draw(1, 2);
  l.inputs = l.groups * draw(1, 3);
  l.outputs = l.groups * draw(1, 3);
  l.images = draw(1, 2);
  l.kernel = {draw(1, 3), draw(1, 3)};
  l.dilation = {draw(1, 2), draw(1, 3)};
  l.stride = {draw(1, 3), draw(1, 3)};
  l.padding = {draw(0, 2), draw(0, 2), draw(0, 2), draw(0, 2)};
  l.image = {(l.kernel[0] - 1) * l.dilation[0] + draw(1, 5), (l.kernel[1] - 1) * l.dilation[1] + draw(1, 5)};
  return l;
}

using Tensor = std::vector<std::int64_t>;

Tensor random_tensor(std::int64_t size, std::mt19937& random) {
  Tensor t;
  for (std::int64_t i = 0; i < size; ++i) t.push_back(std::uniform_int_distribution(-9, 9)(random));
  return t;
}

/// A convolution and its gradients by their definition: each weight meets each pixel.
struct Convolved {
  Tensor y, dx, dw;
};
Convolved by_definition(const WorkloadLayer& l, std::int64_t batch, const Tensor& x, const Tensor& w,
                        const Tensor& dy) {
  const ImageSize out = output_size(l, "");
  const std::int64_t inputs = l.inputs / l.groups, outputs = l.outputs / l.groups;
  Convolved r{Tensor(dy.size()), Tensor(x.size()), Tensor(w.size())};
  for (std::int64_t s = 0; s < batch * l.images; ++s) {
    for (std::int64_t oy = 0; oy < out.rows; ++oy) {
      for (std::int64_t ox = 0; ox < out.columns; ++ox) {
        for (std::int64_t o = 0; o < l.outputs; ++o) {
          for (std::int64_t ky = 0; ky < l.kernel[0]; ++ky) {
            for (std::int64_t kx = 0; kx < l.kernel[1]; ++kx) {
              const std::int64_t row = oy * l.stride[0] + ky * l.dilation[0] - l.padding[0];
              const std::int64_t column = ox * l.stride[1] + kx * l.dilation[1] - l.padding[1];
              if (row < 0 || row >= l.image[0] || column < 0 || column >= l.image[1]) continue;
              for (std::int64_t c = 0; c < inputs; ++c) {
                const std::int64_t channel = o / outputs * inputs + c;
                const auto xi = static_cast<std::size_t>(
                    ((s * l.image[0] + row) * l.image[1] + column) * l.inputs + channel);
                const auto wi =
                    static_cast<std::size_t>(((o * l.kernel[0] + ky) * l.kernel[1] + kx) * inputs + c);
                const auto yi =
                    static_cast<std::size_t>(((s * out.rows + oy) * out.columns + ox) * l.outputs + o);
                r.y[yi] += w[wi] * x[xi];
                r.dx[xi] += w[wi] * dy[yi];
                r.dw[wi] += dy[yi] * x[xi];
              }
            }
          }
        }
      }
    }
  }
  return r;
}

std::int64_t element(const AddressGenerator& g, const Tensor& t, std::int64_t offset, std::int64_t row,
                     std::int64_t position, std::int64_t& fetched) {
  const auto address = g.address(row, position);
  if (!address) return 0;
  ++fetched;
  return t.at(static_cast<std::size_t>(*address + offset));
}

/// acc[n][m] of one group, through the address generators; checks their counts on the way.
Tensor multiply(const LayerProduct& p, const Tensor& a, std::int64_t a_offset, const Tensor& b,
                std::int64_t b_offset) {
  Tensor acc;
  std::int64_t of_a = 0, of_b = 0;
  for (std::int64_t n = 0; n < p.n; ++n) {
    for (std::int64_t m = 0; m < p.m; ++m) {
      std::int64_t sum = 0;
      for (std::int64_t k = 0; k < p.k; ++k) {
        sum +=
            element(p.a_addresses, a, a_offset, m, k, of_a) * element(p.b_addresses, b, b_offset, n, k, of_b);
      }
      acc.push_back(sum);
    }
  }
  EXPECT_EQ(of_a, p.a_addresses.fetched("a") * p.n);
  EXPECT_EQ(of_b, p.b_addresses.fetched("b") * p.m);
  return acc;
}

TEST(Passes, ConvolutionsThroughAddressGeneratorsAreThoseOfTheDefinition) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const WorkloadLayer l = convolution(random);
    const std::int64_t batch = 2;
    check_layer(l, batch, "layer");
    const ImageSize out = output_size(l, "");
    const std::int64_t inputs = l.inputs / l.groups, outputs = l.outputs / l.groups;
    const Tensor x = random_tensor(batch * l.images * l.image[0] * l.image[1] * l.inputs, random);
    const Tensor w = random_tensor(weight_count(l, ""), random);
    const Tensor dy = random_tensor(batch * l.images * out.rows * out.columns * l.outputs, random);
    const Convolved expected = by_definition(l, batch, x, w, dy);
    Convolved got{Tensor(dy.size()), Tensor(x.size()), Tensor(w.size())};
    for (std::int64_t g = 0; g < l.groups; ++g) {
      const std::int64_t weights = g * outputs * l.kernel[0] * l.kernel[1] * inputs;
      const LayerProduct forward = pass_products(l, TrainingPass::kForward, batch).at(0);
      const Tensor y = multiply(forward, w, weights, x, g * inputs);
      for (std::int64_t n = 0; n < forward.n; ++n) {
        for (std::int64_t m = 0; m < outputs; ++m) {
          got.y[static_cast<std::size_t>(n * l.outputs + g * outputs + m)] =
              y[static_cast<std::size_t>(n * outputs + m)];
        }
      }
      const LayerProduct gradient = pass_products(l, TrainingPass::kWeightGradient, batch).at(0);
      const Tensor dw = multiply(gradient, x, g * inputs, dy, g * outputs);
      std::copy(dw.begin(), dw.end(), got.dw.begin() + weights);
      for (const LayerProduct& p : pass_products(l, TrainingPass::kInputGradient, batch)) {
        EXPECT_EQ(p.count, l.groups);
        const Tensor dx = multiply(p, w, weights, dy, g * outputs);
        int phase_y = 0, phase_x = 0;
        std::sscanf(p.part.c_str(), "phase %d %d", &phase_y, &phase_x);
        const std::int64_t rows = p.b_addresses.rows[1].extent, columns = p.b_addresses.rows[2].extent;
        for (std::int64_t n = 0; n < p.n; ++n) {
          const std::int64_t s = n / (rows * columns), row = phase_y + n / columns % rows * l.stride[0];
          const std::int64_t column = phase_x + n % columns * l.stride[1];
          for (std::int64_t m = 0; m < inputs; ++m) {
            got.dx[static_cast<std::size_t>(((s * l.image[0] + row) * l.image[1] + column) * l.inputs +
                                            g * inputs + m)] = dx[static_cast<std::size_t>(n * inputs + m)];
          }
        }
      }
    }
    ASSERT_EQ(got.y, expected.y);
    ASSERT_EQ(got.dx, expected.dx);
    ASSERT_EQ(got.dw, expected.dw);
  }
}

TEST(Passes, DistinctElementsAreThoseThatAWalkMeets) {
  std::mt19937 random(4);
  for (int round = 0; round < 300; ++round) {
    const WorkloadLayer l = convolution(random);
    for (int pass = 0; pass < kTrainingPasses; ++pass) {
      for (const LayerProduct& p : pass_products(l, static_cast<TrainingPass>(pass), 1)) {
        std::set<std::int64_t> met;
        for (std::int64_t n = 0; n < p.n; ++n) {
          for (std::int64_t k = 0; k < p.k; ++k) {
            if (const auto address = p.b_addresses.address(n, k)) met.insert(*address);
          }
        }
        EXPECT_EQ(p.b_addresses.distinct("b"), static_cast<std::int64_t>(met.size()));
      }
    }
  }
}

TEST(Passes, LinearAndProductsThroughAddressGenerators) {
  std::mt19937 random(5);
  WorkloadLayer l;
  l.inputs = 3, l.outputs = 4, l.rows = 5;
  const Tensor x = random_tensor(5 * 3, random), w = random_tensor(4 * 3, random),
               dy = random_tensor(5 * 4, random);
  const auto at = [](const Tensor& t, int columns, int row, int column) {
    return t[static_cast<std::size_t>(row * columns + column)];
  };
  Tensor y, dx, dw;
  for (int r = 0; r < 5; ++r) {
    for (int o = 0; o < 4; ++o) {
      y.push_back(0);
      for (int i = 0; i < 3; ++i) y.back() += at(w, 3, o, i) * at(x, 3, r, i);
    }
    for (int i = 0; i < 3; ++i) {
      dx.push_back(0);
      for (int o = 0; o < 4; ++o) dx.back() += at(w, 3, o, i) * at(dy, 4, r, o);
    }
  }
  for (int o = 0; o < 4; ++o) {
    for (int i = 0; i < 3; ++i) {
      dw.push_back(0);
      for (int r = 0; r < 5; ++r) dw.back() += at(dy, 4, r, o) * at(x, 3, r, i);
    }
  }
  EXPECT_EQ(multiply(pass_products(l, TrainingPass::kForward, 1).at(0), w, 0, x, 0), y);
  EXPECT_EQ(multiply(pass_products(l, TrainingPass::kInputGradient, 1).at(0), w, 0, dy, 0), dx);
  EXPECT_EQ(multiply(pass_products(l, TrainingPass::kWeightGradient, 1).at(0), x, 0, dy, 0), dw);
  // out[n][m] = sum over k of a[m][k] b[n][k] is the linear layer with a = W, b = x.
  WorkloadLayer p;
  p.kind = LayerKind::kProduct;
  p.m = 4, p.n = 5, p.k = 3, p.count = 2;
  const auto gradients = pass_products(p, TrainingPass::kInputGradient, 3);
  ASSERT_EQ(gradients.size(), 2U);
  EXPECT_EQ(multiply(pass_products(p, TrainingPass::kForward, 3).at(0), w, 0, x, 0), y);
  EXPECT_EQ(multiply(gradients[0], x, 0, dy, 0), dw);  // da
  EXPECT_EQ(multiply(gradients[1], w, 0, dy, 0), dx);  // db
  EXPECT_EQ(gradients[0].count, 6);
  EXPECT_TRUE(pass_products(p, TrainingPass::kWeightGradient, 3).empty());
}

std::string error_of(const std::string& yaml) {
  try {
    parse_workload(yaml, "w.yaml");
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

const std::string kConvolution =
    "layers:\n  - name: c\n    kind: convolution\n    inputs: 4\n    outputs: 4\n    image: [8, 8]\n";

TEST(WorkloadFile, RefusesWhatMakesNoSense) {
  EXPECT_THAT(error_of("name: x\n"), HasSubstr("key 'layers' is missing"));
  EXPECT_THAT(error_of("layers: []\n"), HasSubstr("'layers' has 0 values"));
  EXPECT_THAT(error_of("layers:\n  - name: a\n    inputs: 0\n    outputs: 1\n"),
              HasSubstr("w.yaml:3:13: key 'layers[0].inputs' is out of range: 0"));
  EXPECT_THAT(error_of("layers:\n  - name: a\n    input: 3\n"), HasSubstr("did you mean 'layers[0].inputs'"));
  EXPECT_THAT(error_of("layers:\n  - name: a\n    inputs: 3\n"), HasSubstr("has no 'outputs'"));
  EXPECT_THAT(error_of("layers:\n  - name: a\n    inputs: 3\n    outputs: 2\n    stride: [2, 1]\n"),
              HasSubstr("'layers[0].stride' has no effect"));
  EXPECT_THAT(
      error_of("layers:\n  - name: a\n    kind: product\n    m: 3\n    n: 2\n    k: 2\n    bias: true\n"),
      HasSubstr("'layers[0].bias' has no effect on this kind of layer"));
  const std::string layer = "  - name: a\n    inputs: 3\n    outputs: 2\n";
  EXPECT_THAT(error_of("layers:\n" + layer + layer), HasSubstr("two layers named 'a'"));
  EXPECT_THAT(error_of(kConvolution + "    kernel: [9, 1]\n"),
              HasSubstr("layer 'c': the kernel spans 9 rows, but the padded image has 8"));
  EXPECT_THAT(error_of(kConvolution + "    kernel: [3, 3]\n    groups: 3\n"), HasSubstr("groups is 3"));
  EXPECT_THAT(error_of(kConvolution + "    kernel: [3, 3, 3]\n"), HasSubstr("has 3 values"));
  EXPECT_EQ(error_of(kConvolution + "    kernel: [8, 8]\n    groups: 4\n"), "accepted");
}

TEST(WorkloadFile, RefusesCountsBeyond64Bits) {
  const std::string large = std::to_string(kLargestSize);
  EXPECT_THAT(error_of("layers:\n  - name: a\n    inputs: " + large + "\n    outputs: " + large +
                       "\n    rows: " + large + "\n"),
              HasSubstr("layer 'a': number of multiply-accumulates does not fit a signed 64-bit number"));
  EXPECT_THAT(error_of("layers:\n  - name: a\n    kind: product\n    count: " + large + "\n    m: " + large +
                       "\n    n: 2\n    k: 2\n"),
              HasSubstr("number of multiply-accumulates does not fit"));
  // One power of two less fits: 2^62 multiply-accumulates a pass.
  EXPECT_EQ(error_of("layers:\n  - name: a\n    kind: product\n    count: " + large +
                     "\n    m: 1073741824\n    n: 1\n    k: 2\n"),
            "accepted");
}

class Topology : public testing::Test {
 protected:
  std::string error_of(const std::string& csv) {
    try {
      read(csv);
    } catch (const InputError& e) {
      return e.what();
    }
    return "accepted";
  }
  Workload read(const std::string& csv) {
    write_file(folder_ / "net.csv", csv);
    return read_workload(folder_ / "net.csv");
  }
  test::TemporaryFolder folder_;
};

TEST_F(Topology, OfMatrixProductsIsReadAsItIs) {
  const Workload w = read("Layer, M, N, K,\nGEMM1, 128, 64, 32,\n\nGEMM2,1,2,3,\r\n");
  EXPECT_EQ(w.name, "net");
  ASSERT_EQ(w.layers.size(), 2U);
  EXPECT_EQ(w.layers[0].name, "GEMM1");
  EXPECT_EQ(w.layers[0].rows, 128);
  EXPECT_EQ(w.layers[0].outputs, 64);
  EXPECT_EQ(w.layers[0].inputs, 32);
  EXPECT_EQ(forward_macs(w), 128 * 64 * 32 + 6);
}

TEST_F(Topology, OfConvolutionsIsReadAsItIs) {
  const std::string heading =
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n";
  const Workload w = read(heading + "Conv1, 224, 224, 7, 7, 3, 64, 2,\nDP2, 10, 9, 3, 3, 8, 1, 2,\n");
  ASSERT_EQ(w.layers.size(), 2U);
  // SCALE-Sim counts ceil((224 - 7 + 2) / 2) = 110 rows: the last patch hangs over the edge.
  EXPECT_EQ(output_size(w.layers[0], "").rows, 110);
  EXPECT_EQ(w.layers[0].padding, (std::vector<std::int64_t>{0, 0, 1, 1}));
  EXPECT_EQ(w.layers[1].groups, 8);
  EXPECT_EQ(w.layers[1].outputs, 8);
  EXPECT_EQ(output_size(w.layers[1], "").rows, 5);
  EXPECT_EQ(output_size(w.layers[1], "").columns, 4);
  EXPECT_EQ(forward_macs(w), 110 * 110 * 7 * 7 * 3 * 64 + 8 * 5 * 4 * 9);
  const Workload two = read(heading + "Conv1, 5, 5, 1, 1, 3, 4, 2, 1,\n");
  EXPECT_EQ(two.layers[0].stride, (std::vector<std::int64_t>{2, 1}));
}

TEST_F(Topology, RefusesOtherTablesAndBadNumbers) {
  EXPECT_THAT(error_of("a,b,c\n1,2,3\n"), HasSubstr("net.csv:1: this heading is no SCALE-Sim topology's"));
  EXPECT_THAT(error_of("Layer, M, N, K,\nG, 1, x, 3,\n"), HasSubstr("net.csv:2: field 3 is 'x'"));
  EXPECT_THAT(error_of("Layer, M, N, K,\nG, 1, 0, 3,\n"), HasSubstr("net.csv:2: field 3 is '0'"));
  EXPECT_THAT(error_of("Layer, M, N, K,\nG, 1, 2,\n"), HasSubstr("net.csv:2: 3 fields"));
  EXPECT_THAT(error_of("Layer, M, N, K,\n"), HasSubstr("has no layer"));
  EXPECT_THAT(error_of(""), HasSubstr("has no layer"));
  EXPECT_THAT(error_of("Layer, M, N, K,\nG, 99999999999999, 2, 3,\n"), HasSubstr("rows is 99999999999999"));
}

TEST(WorkloadFile, KeysAreTheDocumentedOnes) {
  EXPECT_THAT(read_file(NAPIER_SOURCE_DIR "/docs/formats/workload.md"),
              HasSubstr("\n\n" + config::markdown_table(workload_schema())))
      << "replace the table by the output of: napier explain --table workload";
}

TEST(WorkloadFile, RefusesOtherEndings) {
  EXPECT_THROW(read_workload("net.txt"), InputError);
  EXPECT_THROW(read_workload("/nonexistent/net.yaml"), InputError);
}

}  // namespace
}  // namespace napier

#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What is trained, on what, and how; the arithmetic it is trained in is the design's. Declared once in
/// experiment_file.cpp, explained in docs/formats/experiment.md.
namespace napier {

struct DatasetParameters {
  std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";  ///< of images
  std::filesystem::path text;  ///< of language models; empty: the King James Bible
  int train_samples = 0;       ///< 0: all
  int test_samples = 0;        ///< 0: all
};

enum class NetworkKind { kMlp, kCnn, kResnet, kTransformer };

/// As nn::CnnParameters; image and classes are the data set's.
struct CnnSettings {
  std::vector<int> convolutions = {16, 32, 64};
  int kernel = 3;
  int hidden = 128;
  bool batch_norm = false;
  bool operator==(const CnnSettings&) const = default;
};

/// As nn::ResnetParameters; image and classes are the data set's.
struct ResnetSettings {
  int blocks = 3;
  int width = 8;
  bool operator==(const ResnetSettings&) const = default;
};

/// As nn::TransformerParameters; its symbols are bytes.
struct TransformerSettings {
  int sequence = 128;
  int width = 64;
  int heads = 4;
  int blocks = 2;
  int hidden = 256;
  bool operator==(const TransformerSettings&) const = default;
};

struct NetworkParameters {
  NetworkKind kind = NetworkKind::kMlp;
  std::filesystem::path weights;  ///< kMlp, kCnn: an ONNX model to start from; empty: drawn from the seed
  std::vector<int> layers = {784, 256, 128, 10};  ///< kMlp: inputs, hidden layers, classes
  CnnSettings cnn;
  ResnetSettings resnet;
  TransformerSettings transformer;
};

/// Madam, in the design's update unit, or in FP32 where host.rule says so.
struct MadamParameters {
  int learning_rate_shift = 6;  ///< eta = 2^-shift, in octaves of the weight
};

enum class HostRule { kSgd, kAdam, kMadam };

/// FP32 on the host: weights of designs without an update unit, and host tensors of all designs.
struct HostParameters {
  HostRule rule = HostRule::kSgd;  ///< of weights
  double learning_rate = 0.05;     ///< SGD, Adam
  double momentum = 0.9;           ///< SGD's momentum, Adam's beta_1
  double second_moment = 0.999;    ///< Adam's and Madam's decay of the mean square
};

enum class TensorRule { kAsWeights, kSgd, kAdam };

/// What no product reads as an operand: biases, normalisation, embeddings.
struct TensorParameters {
  TensorRule rule = TensorRule::kAsWeights;  ///< host's rule; SGD where that is Madam
  double learning_rate = 0;                  ///< 0: host's
};

struct OptimizerParameters {
  MadamParameters madam;
  HostParameters host;
  TensorParameters tensors;
};

/// Learning rate times `factor` while less than `until` of all steps are done.
struct SchedulePhase {
  double until = 1.0;
  double factor = 1.0;
};

struct TraceSelection {
  std::vector<std::int64_t> steps = {0};  ///< counted from 0
  std::vector<int> layers = {};           ///< counted from 0; empty: all
};

struct Experiment {
  std::string name = "unnamed";
  std::uint32_t seed = 1;
  std::filesystem::path design;
  DatasetParameters dataset;
  NetworkParameters network;
  int batch = 128;
  int epochs = 10;
  int epoch_steps = 0;  ///< 0: an epoch is a pass over all training samples
  OptimizerParameters optimizer;
  std::vector<SchedulePhase> schedule = {{0.6, 1.0}, {0.85, 0.25}, {1.0, 0.0625}};
  TraceSelection trace;
};

}  // namespace napier

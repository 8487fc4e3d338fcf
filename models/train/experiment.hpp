#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What is trained, on what, and how; the arithmetic it is trained in is the design's. Declared once in
/// experiment_file.cpp, explained in docs/formats/experiment.md.
namespace napier {

struct DatasetParameters {
  std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
  int train_samples = 0;  ///< 0: all
  int test_samples = 0;   ///< 0: all
};

struct NetworkParameters {
  std::vector<int> layers = {784, 256, 128, 10};  ///< sizes: inputs, hidden layers, classes
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
  OptimizerParameters optimizer;
  std::vector<SchedulePhase> schedule = {{0.6, 1.0}, {0.85, 0.25}, {1.0, 0.0625}};
  TraceSelection trace;
};

}  // namespace napier

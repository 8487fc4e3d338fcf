#include "models/train/train.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>

#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/interrupt.hpp"
#include "models/base/progress.hpp"
#include "models/base/random.hpp"
#include "models/base/statistics.hpp"
#include "models/data/dataset.hpp"
#include "models/data/text.hpp"
#include "models/design/design_file.hpp"
#include "models/interop/array_file.hpp"
#include "models/train/experiment_file.hpp"
#include "models/train/host_math.hpp"
#include "models/train/network.hpp"
#include "models/train/run_state.hpp"
#include "models/train/trace_collector.hpp"

namespace napier {
namespace fs = std::filesystem;
namespace {

constexpr int kTestImages = 1000;                               ///< of a batch
constexpr int kTestPredictions = 4096;                          ///< of a batch of sequences
constexpr std::uint64_t kOrderStream = std::uint64_t{1} << 32;  // + epoch: the order of its samples

constexpr const char* kMetricsHeader =
    "step,epoch,loss,accuracy_percent,saturations_forward,saturations_input_gradient,"
    "saturations_weight_gradient,underflows_weights,underflows_activations,underflows_errors,"
    "underflows_gradients,clamps_activations,clamps_errors,clamps_gradients\n";
constexpr const char* kEpochsHeader =
    "epoch,train_loss,train_accuracy_percent,test_accuracy_percent,test_loss\n";

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

double percent(std::int64_t part, std::int64_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string metrics_row(std::int64_t step, std::int64_t epoch, std::size_t predictions, const StepReport& r) {
  std::string row = format("%lld,%lld,%.6f,%.4f", static_cast<long long>(step), static_cast<long long>(epoch),
                           r.loss, percent(r.correct, static_cast<std::int64_t>(predictions)));
  for (const std::int64_t count :
       {r.forward_saturations, r.input_gradient_saturations, r.weight_gradient_saturations,
        r.weight_underflows, r.activations.underflows, r.errors.underflows, r.gradients.underflows,
        r.activations.clamps, r.errors.clamps, r.gradients.clamps}) {
    row += "," + std::to_string(count);
  }
  return row + "\n";
}

/// The epoch's order of samples: Fisher-Yates with Philox.
std::vector<int> sample_order(std::uint64_t seed, std::int64_t epoch, int count) {
  const Philox random(seed);
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) {
    const auto bound = static_cast<std::uint32_t>(i);
    std::swap(order[i - 1], order[random.below(bound, kOrderStream + static_cast<std::uint64_t>(epoch), i)]);
  }
  return order;
}

Batch make_batch(const Samples& samples, std::span<const int> chosen) {
  Batch batch;
  batch.count = static_cast<int>(chosen.size());
  batch.inputs.reserve(chosen.size() * static_cast<std::size_t>(samples.features));
  for (const int i : chosen) {
    const auto input = samples.input(i);
    batch.inputs.insert(batch.inputs.end(), input.begin(), input.end());
    const auto label = samples.label(i);
    batch.labels.insert(batch.labels.end(), label.begin(), label.end());
  }
  return batch;
}

void check_fits(const Experiment& experiment, const Dataset& data) {
  if (data.train.count < experiment.batch) {
    throw InputError("batch asks for " + std::to_string(experiment.batch) +
                     " samples, but the data set has " + std::to_string(data.train.count) +
                     " to train on; lower batch, or raise "
                     "dataset.train_samples");
  }
  const int pass = (data.train.count + experiment.batch - 1) / experiment.batch;
  if (experiment.epoch_steps > pass) {
    throw InputError("epoch_steps is " + std::to_string(experiment.epoch_steps) +
                     ", but all training samples make " + std::to_string(pass) +
                     " steps; lower it, or give 0 for all");
  }
  if (experiment.network.kind != NetworkKind::kMlp) return;
  const std::vector<int>& layers = experiment.network.layers;
  if (layers.front() != data.train.features || layers.back() != data.classes) {
    throw InputError("network.layers begins with " + std::to_string(layers.front()) + " and ends with " +
                     std::to_string(layers.back()) + ", but the data set has " +
                     std::to_string(data.train.features) + " pixels and " + std::to_string(data.classes) +
                     " classes; write these at the ends");
  }
}

class Run {
 public:
  Run(const TrainRequest& request, const Dataset& data)
      : request_(request),
        experiment_(resolved(request.experiment)),
        data_(data),
        threads_(request.threads),
        network_(make_network(experiment_, request.design, threads_,
                              {.height = data.height, .width = data.width, .classes = data.classes})),
        epoch_samples_(experiment_.epoch_steps == 0
                           ? data.train.count
                           : std::min(data.train.count, experiment_.epoch_steps * experiment_.batch)),
        steps_per_epoch_((epoch_samples_ + experiment_.batch - 1) / experiment_.batch),
        total_(std::int64_t{steps_per_epoch_} * experiment_.epochs) {
    identity_ = sha256(resolved_yaml(experiment_) + resolved_yaml(request.design) +
                       sha256(std::as_bytes(std::span(data.train.inputs))));
    state_.metrics = kMetricsHeader;
    state_.epochs = kEpochsHeader;
  }

  TrainResult operator()() {
    const auto start = std::chrono::steady_clock::now();
    if (request_.trace) require_writable(*request_.trace);
    if (request_.dump) require_writable(*request_.dump);
    open_output_folder(request_.folder, "train");
    if (fs::exists(checkpoint_file())) load_checkpoint(checkpoint_file(), identity_, state_, *network_);
    TraceCollector collector(experiment_, request_.design, request_.trace, request_.folder, state_, total_);
    write_file(request_.folder / "resolved.yaml", resolved_yaml(experiment_));
    write_file(request_.folder / "design.yaml", resolved_yaml(request_.design));
    Progress progress(request_.progress != nullptr ? *request_.progress : silent_, request_.terminal, "steps",
                      total_, state_.step);
    if (state_.step > 0)
      progress.say(format("continuing after step %lld", static_cast<long long>(state_.step)));
    const std::int64_t first = state_.step;
    while (state_.step < total_) epoch(collector, progress);
    write_results();
    if (request_.dump) dump(*request_.dump);
    write_run_json(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), first);
    return result_;
  }

 private:
  /// The run folder is itself an experiment with its design beside it.
  static Experiment resolved(Experiment experiment) {
    experiment.design = "design.yaml";
    return experiment;
  }

  void dump(const fs::path& file) const {
    std::vector<Array> arrays = network_->arrays();
    arrays.push_back(
        {.name = "design", .shape = {}, .values = resolved_yaml(request_.design), .unit = "", .meaning = ""});
    write_arrays(file, arrays);
  }

  fs::path checkpoint_file() const { return request_.folder / "checkpoint.bin"; }

  double factor(std::int64_t step) const {
    for (const SchedulePhase& phase : experiment_.schedule) {
      if (static_cast<double>(step) < phase.until * static_cast<double>(total_)) return phase.factor;
    }
    return 1.0;
  }

  /// The rest of the epoch that state_.step stands in.
  void epoch(TraceCollector& collector, Progress& progress) {
    const std::int64_t epoch = state_.step / steps_per_epoch_;
    const std::vector<int> order = sample_order(experiment_.seed, epoch, data_.train.count);
    for (std::int64_t i = state_.step % steps_per_epoch_; i < steps_per_epoch_; ++i) {
      const auto start = static_cast<std::size_t>(i) * static_cast<std::size_t>(experiment_.batch);
      const std::size_t size = std::min(static_cast<std::size_t>(experiment_.batch),
                                        static_cast<std::size_t>(epoch_samples_) - start);
      const Batch batch = make_batch(data_.train, std::span(order).subspan(start, size));
      const StepReport report =
          network_->train(batch, {state_.step, factor(state_.step)}, collector.of_step(state_.step));
      state_.metrics += metrics_row(state_.step, epoch, batch.labels.size(), report);
      state_.epoch_loss += report.loss * batch.count;
      state_.epoch_correct += report.correct;
      state_.macs += report.macs;
      collector.finish_step(state_.step, state_);
      ++state_.step;
      progress.at(state_.step,
                  format("epoch %lld, loss %.3f", static_cast<long long>(epoch + 1), report.loss));
      if (interrupted() && i + 1 < steps_per_epoch_) stop(collector);
    }
    finish_epoch(epoch, progress);
    if (interrupted() && state_.step < total_) stop(collector);
    save(collector);
  }

  void finish_epoch(std::int64_t epoch, Progress& progress) {
    const double loss = state_.epoch_loss / epoch_samples_;
    const TestReport tested = test();
    const double accuracy = percent(tested.correct, predictions(data_.test, data_.test.count));
    state_.epochs += format("%lld,%.6f,%.4f,%.4f,%.6f\n", static_cast<long long>(epoch), loss,
                            percent(state_.epoch_correct, predictions(data_.train, epoch_samples_)), accuracy,
                            tested.loss);
    state_.epoch_loss = 0;
    state_.epoch_correct = 0;
    progress.say(format("epoch %lld of %d: loss %.4f, test accuracy %.2f %%",
                        static_cast<long long>(epoch + 1), experiment_.epochs, loss, accuracy));
  }

  static std::int64_t predictions(const Samples& samples, int count) {
    return std::int64_t{count} * samples.predictions;
  }

  TestReport test() {
    std::vector<int> all(static_cast<std::size_t>(data_.test.count));
    std::iota(all.begin(), all.end(), 0);
    const auto batch = static_cast<std::size_t>(
        data_.test.predictions == 1 ? kTestImages : std::max(1, kTestPredictions / data_.test.predictions));
    TestReport total;
    for (std::size_t start = 0; start < all.size(); start += batch) {
      const std::size_t size = std::min(batch, all.size() - start);
      const TestReport part = network_->test(make_batch(data_.test, std::span(all).subspan(start, size)));
      total.correct += part.correct;
      total.loss += part.loss * static_cast<double>(size) / data_.test.count;
    }
    return total;
  }

  void save(const TraceCollector& collector) {
    collector.keep_partial();
    save_checkpoint(checkpoint_file(), identity_, state_, *network_);
    write_file(request_.folder / "metrics.csv", state_.metrics);
    write_file(request_.folder / "epochs.csv", state_.epochs);
  }

  [[noreturn]] void stop(const TraceCollector& collector) {
    save(collector);
    throw Interrupted("interrupted after step " + std::to_string(state_.step) + " of " +
                      std::to_string(total_) + "; the same command continues from there");
  }

  /// Value in the last row of epochs.csv.
  double last_epoch(int column) const {
    const std::size_t begin = state_.epochs.rfind('\n', state_.epochs.size() - 2) + 1;
    std::size_t at = begin;
    for (int i = 0; i < column; ++i) at = state_.epochs.find(',', at) + 1;
    return std::stod(state_.epochs.substr(at));
  }

  /// Sum of a column of metrics.csv.
  std::int64_t total_of(int column) const {
    std::int64_t sum = 0;
    std::size_t line = state_.metrics.find('\n') + 1;
    while (line < state_.metrics.size()) {
      std::size_t at = line;
      for (int i = 0; i < column; ++i) at = state_.metrics.find(',', at) + 1;
      sum += std::stoll(state_.metrics.substr(at, 20));
      line = state_.metrics.find('\n', line) + 1;
    }
    return sum;
  }

  void write_results() {
    result_.test_accuracy_percent = last_epoch(3);
    result_.train_loss = last_epoch(1);
    result_.test_loss = last_epoch(4);
    std::vector<Statistic> statistics{
        {"test_accuracy_percent", result_.test_accuracy_percent, "%",
         "test predictions that were right after the last epoch"},
        {"train_loss", result_.train_loss, "nats", "mean cross entropy over the last epoch's training steps"},
        {"test_loss", result_.test_loss, "nats",
         "mean cross entropy of the test predictions after the last epoch"},
        {"epochs", std::int64_t{experiment_.epochs}, "", "passes over the training samples"},
        {"steps", total_, "", "weight updates"},
        {"weights", network_->weights(), "", "weights of all matrix products"},
        {"training_macs", state_.macs, "MAC", "multiply-accumulates of all training steps' matrix products"},
        {"saturations_forward", total_of(4), "", "accumulations that overflowed in forward products"},
        {"saturations_input_gradient", total_of(5), "",
         "accumulations that overflowed in input-gradient products"},
        {"saturations_weight_gradient", total_of(6), "",
         "accumulations that overflowed in weight-gradient products"},
        {"underflows_activations", total_of(8), "", "activations too small for a code"},
        {"underflows_errors", total_of(9), "", "output gradients too small for a code"},
        {"underflows_gradients", total_of(10), "", "weight gradients too small for a code"},
        {"clamps_activations", total_of(11), "", "activations above the largest code"},
        {"clamps_errors", total_of(12), "", "output gradients above the largest code"},
        {"clamps_gradients", total_of(13), "", "weight gradients above the largest code"}};
    if (experiment_.network.kind == NetworkKind::kTransformer) {
      statistics.push_back({"test_bits_per_byte", result_.test_loss / portable_log(2.0), "bit",
                            "mean cross entropy of the test predictions, each of a byte"});
      statistics.push_back({"test_perplexity", portable_exp(result_.test_loss), "",
                            "e to the test loss: bytes that the predictions leave open"});
    }
    write_statistics(statistics, request_.folder);
  }

  void write_run_json(double seconds, std::int64_t first) {
    result_.kernel = network_->kernel();
    const nlohmann::ordered_json run{{"napier", NAPIER_VERSION},
                                     {"command", "train"},
                                     {"experiment", experiment_.name},
                                     {"design", request_.design.name},
                                     {"design_digest", design_digest(request_.design)},
                                     {"seed", experiment_.seed},
                                     {"threads", threads_.threads()},
                                     {"kernel", result_.kernel},
                                     {"first_step", first},
                                     {"wall_seconds", seconds}};
    write_file(request_.folder / "run.json", run.dump(2) + "\n");
  }

  const TrainRequest& request_;
  Experiment experiment_;
  const Dataset& data_;
  Parallel threads_;
  std::unique_ptr<Network> network_;
  int epoch_samples_;
  int steps_per_epoch_;
  std::int64_t total_;
  std::string identity_;
  RunState state_;
  TrainResult result_;
  std::ostream silent_{nullptr};
};

}  // namespace

TrainResult train(const TrainRequest& request) {
  const DatasetParameters& parameters = request.experiment.dataset;
  const NetworkParameters& network = request.experiment.network;
  if (request.trace && network.kind != NetworkKind::kMlp) {
    throw InputError("--trace: only networks of network.kind mlp can be recorded; leave --trace out");
  }
  const Dataset data = network.kind == NetworkKind::kTransformer
                           ? load_text(parameters.text, network.transformer.sequence,
                                       parameters.train_samples, parameters.test_samples)
                           : load_dataset(parameters.folder, parameters.train_samples,
                                          parameters.test_samples, request.dataset_place);
  check_fits(request.experiment, data);
  return Run(request, data)();
}

}  // namespace napier

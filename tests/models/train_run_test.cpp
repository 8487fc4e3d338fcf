// Whole runs of training: reproducible, resumable, and strict about what they continue.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>

#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/interrupt.hpp"
#include "models/design/design_file.hpp"
#include "models/trace/reference.hpp"
#include "models/trace/trace.hpp"
#include "models/train/network.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/train.hpp"
#include "tests/models/synthetic_dataset.hpp"

namespace napier {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

Design host_design(FormatKind kind) {
  Design d;
  d.name = "host_" + format_name(kind);
  d.format.kind = kind;
  d.update.kind = UpdateKind::kHost;
  return d;
}

/// Asks to stop at the first thing written to it.
class StopAtFirstWord : public std::streambuf {
 protected:
  int overflow(int c) override {
    if (!interrupted()) std::raise(SIGINT);
    return c;
  }
};

class TrainRun : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("train_" + std::to_string(getpid()));
    write_synthetic_dataset(root_ / "data", 200, 100);
  }
  void TearDown() override {
    fs::permissions(root_, fs::perms::owner_all);
    fs::remove_all(root_);
  }

  TrainRequest request(const std::string& folder, const Design& design = {}) const {
    TrainRequest r;
    r.experiment.name = "synthetic";
    r.experiment.dataset.folder = root_ / "data";
    r.experiment.network.layers = {36, 12, 11, 10};
    r.experiment.batch = 24;  // 200 samples: the last batch of an epoch has 8
    r.experiment.epochs = 4;
    r.experiment.trace.steps = {0, 20};
    r.design = design;
    r.folder = root_ / folder;
    r.threads = 1;
    return r;
  }

  /// All files that must not depend on when or where the run was made, and their content's digest.
  std::map<std::string, std::string> digests(const std::string& folder) const {
    std::map<std::string, std::string> result;
    for (const auto& entry : fs::directory_iterator(root_ / folder)) {
      const std::string name = entry.path().filename().string();
      if (name != "run.json") result[name] = sha256(read_file(entry.path()));
    }
    return result;
  }

  std::string refusal(const TrainRequest& r) const {
    try {
      train(r);
    } catch (const InputError& e) {
      return e.what();
    }
    return "accepted";
  }

  /// Runs the request in another process that gets Ctrl-C after its first step; true if it stopped for that.
  static bool interrupted_run(TrainRequest r) {
    const pid_t child = fork();
    if (child == 0) {
      catch_interrupts();
      StopAtFirstWord stop;
      std::ostream out(&stop);
      r.progress = &out;
      r.terminal = true;
      int code = 1;
      try {
        train(r);
      } catch (const Interrupted&) {
        code = 0;
      } catch (...) {
        code = 2;
      }
      _exit(code);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  fs::path root_;
};

std::vector<Design> all_kinds() {
  return {Design{}, host_design(FormatKind::kLns), host_design(FormatKind::kInt8),
          host_design(FormatKind::kFp8E4m3), host_design(FormatKind::kFp32)};
}

TEST_F(TrainRun, LearnsInEveryArithmetic) {
  for (const Design& d : all_kinds()) {
    const std::string folder = "learn" + std::to_string(static_cast<int>(d.format.kind)) + d.name;
    TrainRequest r = request(folder, d);
    r.experiment.epochs = 12;
    r.experiment.optimizer.madam.learning_rate_shift = 4;  // few steps: large ones
    r.experiment.trace.steps = {};
    // Ten classes: guessing gives 10 %.
    EXPECT_GT(train(r).test_accuracy_percent, 50) << folder;
  }
}

TEST_F(TrainRun, ThreadsDoNotChangeAByte) {
  for (const Design& d : all_kinds()) {
    const std::string kind = std::to_string(static_cast<int>(d.format.kind)) + d.name;
    TrainRequest one = request("one" + kind, d);
    TrainRequest two = request("two" + kind, d);
    two.threads = 2;
    train(one);
    train(two);
    EXPECT_EQ(digests("one" + kind), digests("two" + kind)) << kind;
  }
}

TEST_F(TrainRun, KernelsDoNotChangeAByte) {
  train(request("fast"));
  setenv("NAPIER_KERNEL", "portable", 1);
  train(request("portable"));
  unsetenv("NAPIER_KERNEL");
  EXPECT_EQ(digests("fast"), digests("portable"));
}

TEST_F(TrainRun, InterruptedAndContinuedEqualsStraight) {
  for (const Design& d : all_kinds()) {
    const std::string kind = std::to_string(static_cast<int>(d.format.kind)) + d.name;
    const bool traced = d.format.kind != FormatKind::kFp32;
    TrainRequest broken = request("broken" + kind, d);
    if (traced) broken.trace = root_ / ("broken" + kind + ".h5");
    ASSERT_TRUE(interrupted_run(broken)) << kind;
    ASSERT_TRUE(fs::exists(root_ / ("broken" + kind) / "checkpoint.bin")) << kind;
    EXPECT_FALSE(fs::exists(root_ / ("broken" + kind) / "stats.json"));
    train(broken);
    TrainRequest straight = request("straight" + kind, d);
    if (traced) straight.trace = root_ / ("straight" + kind + ".h5");
    train(straight);
    EXPECT_EQ(digests("broken" + kind), digests("straight" + kind)) << kind;
    if (!traced) continue;
    EXPECT_EQ(read_file(*broken.trace), read_file(*straight.trace)) << kind;
  }
}

TEST_F(TrainRun, AFinishedRunIsKept) {
  train(request("done"));
  const auto before = digests("done");
  train(request("done"));
  EXPECT_EQ(digests("done"), before);
}

TEST_F(TrainRun, TraceHoldsWhatTheUnitsSay) {
  for (const Design& d : {Design{}, host_design(FormatKind::kInt8), host_design(FormatKind::kFp8E4m3),
                          host_design(FormatKind::kFp8E5m2)}) {
    TrainRequest r = request("traced" + d.name, d);
    r.trace = root_ / (d.name + ".h5");
    train(r);
    const Trace trace = read_trace(*r.trace);
    // Two steps of three layers: three forward, three weight-gradient, two input-gradient products.
    ASSERT_EQ(trace.gemms.size(), 16U);
    EXPECT_EQ(trace.updates.size(), d.update.kind == UpdateKind::kMadam ? 6U : 0U);
    for (const GemmRecord& recorded : trace.gemms) {
      GemmRecord expected = recorded;
      compute_expected(d, expected);
      EXPECT_EQ(recorded.acc, expected.acc);
      EXPECT_EQ(recorded.out, expected.out);
      EXPECT_EQ(recorded.saturations, expected.saturations);
    }
    for (const UpdateRecord& recorded : trace.updates) {
      UpdateRecord expected = recorded;
      compute_expected(d, expected);
      EXPECT_EQ(recorded.after, expected.after);
    }
  }
}

TEST_F(TrainRun, TraceOfAFinishedRunIsRefused) {
  TrainRequest r = request("late");
  train(r);
  r.trace = root_ / "late.h5";
  EXPECT_THAT(refusal(r), HasSubstr("has done selected steps"));
}

TEST_F(TrainRun, TraceOfAStepBeyondTheRunIsRefused) {
  TrainRequest r = request("beyond");
  r.experiment.trace.steps = {36};
  r.trace = root_ / "beyond.h5";
  EXPECT_THAT(refusal(r), HasSubstr("step 36, but the run has steps 0 to 35"));
}

TEST_F(TrainRun, TraceWithoutADatapathIsRefused) {
  TrainRequest r = request("fp32", host_design(FormatKind::kFp32));
  r.trace = root_ / "fp32.h5";
  EXPECT_THAT(refusal(r), HasSubstr("fp32"));
}

TEST_F(TrainRun, AChangedConstantChangesTheRun) {
  Design changed;
  changed.datapath.const_bits = 7;
  train(request("paper"));
  train(request("changed", changed));
  EXPECT_NE(digests("paper")["metrics.csv"], digests("changed")["metrics.csv"]);
}

TEST_F(TrainRun, ASeedChangesTheRun) {
  train(request("seed1"));
  TrainRequest r = request("seed2");
  r.experiment.seed = 2;
  train(r);
  EXPECT_NE(digests("seed1")["metrics.csv"], digests("seed2")["metrics.csv"]);
}

TEST_F(TrainRun, CheckpointOfAnotherDesignIsRefused) {
  train(request("mixed"));
  Design other;
  other.datapath.term_bits = 14;
  EXPECT_THAT(refusal(request("mixed", other)), HasSubstr("is of another experiment, design or data set"));
}

TEST_F(TrainRun, CheckpointOfAnotherExperimentIsRefused) {
  train(request("mixed"));
  TrainRequest r = request("mixed");
  r.experiment.optimizer.madam.learning_rate_shift = 5;
  EXPECT_THAT(refusal(r), HasSubstr("is of another experiment, design or data set"));
}

TEST_F(TrainRun, DamagedCheckpointsAreRefused) {
  train(request("damaged"));
  const fs::path file = root_ / "damaged" / "checkpoint.bin";
  const std::string whole = read_file(file);
  std::string altered = whole;
  altered[whole.size() - 100] = static_cast<char>(altered[whole.size() - 100] ^ 1);
  write_file(file, altered);
  EXPECT_THAT(refusal(request("damaged")), HasSubstr("truncated or altered"));
  write_file(file, whole.substr(0, whole.size() / 2));
  EXPECT_THAT(refusal(request("damaged")), HasSubstr("truncated or altered"));
  write_file(file, "something else");
  EXPECT_THAT(refusal(request("damaged")), HasSubstr("not a checkpoint"));
}

TEST_F(TrainRun, ForeignFolderIsRefused) {
  write_file(root_ / "foreign" / "letter.txt", "dear all");
  EXPECT_THAT(refusal(request("foreign")), HasSubstr("holds something that Napier did not write"));
  EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "foreign"), fs::directory_iterator()), 1);
}

TEST_F(TrainRun, UnwritableFolderIsRefused) {
  // A file where the folder's parent should be: refused for every user, root included.
  write_file(root_ / "file", "");
  EXPECT_THAT(refusal(request("file/run")), HasSubstr("cannot create folder"));
}

TEST_F(TrainRun, FullDiskLeavesNothingHalfWritten) {
  TrainRequest r = request("full");
  r.trace = "/dev/full/trace.h5";  // no folder: the first write there fails
  r.experiment.trace.steps = {0};
  EXPECT_NE(refusal(r), "accepted");
  EXPECT_FALSE(fs::exists(root_ / "full" / "stats.json"));
}

TEST_F(TrainRun, MissingDatasetNamesItsPackage) {
  TrainRequest r = request("nodata");
  r.experiment.dataset.folder = root_ / "nowhere";
  EXPECT_THAT(refusal(r),
              AllOf(HasSubstr("apt-get install dataset-fashion-mnist"), HasSubstr("dataset.folder")));
  EXPECT_FALSE(fs::exists(root_ / "nodata"));
}

TEST_F(TrainRun, NetworkMustFitTheData) {
  TrainRequest r = request("unfit");
  r.experiment.network.layers = {784, 10};
  EXPECT_THAT(refusal(r), AllOf(HasSubstr("begins with 784"), HasSubstr("36 pixels")));
}

/// Place of a named list of floats in a network's state, and its length.
std::pair<std::size_t, std::size_t> floats_named(const std::string& state, const std::string& name,
                                                 int occurrence) {
  std::size_t at = 0;
  for (int i = 0; i <= occurrence; ++i) at = state.find(name, at) + name.size();
  std::uint64_t count = 0;
  std::memcpy(&count, state.data() + at + sizeof(std::uint64_t), sizeof count);
  return {at + 2 * sizeof(std::uint64_t), static_cast<std::size_t>(count)};
}

/// FP32 backward pass: the step that plain gradient descent takes is the gradient, which central differences
/// of the loss confirm.
TEST_F(TrainRun, GradientsAgreeWithFiniteDifferences) {
  TrainRequest r = request("unused", host_design(FormatKind::kFp32));
  r.experiment.optimizer.host = {HostRule::kSgd, 1.0, 0.0, 0.999};
  const Parallel one(1);
  Batch batch{16, {}, {}};
  const Philox random(3);
  for (std::uint64_t i = 0; i < 16 * 36; ++i)
    batch.inputs.push_back(static_cast<std::uint8_t>(random.below(256, 0, i)));
  for (std::uint64_t i = 0; i < 16; ++i)
    batch.labels.push_back(static_cast<std::uint8_t>(random.below(10, 1, i)));

  const auto state_of = [](Network& network) {
    StateArchive archive;
    network.exchange(archive);
    return archive.bytes();
  };
  const auto loss_of = [&](const std::string& state) {
    auto network = make_network(r.experiment, r.design, one);
    StateArchive archive(state, "test");
    network->exchange(archive);
    return network->train(batch, {}, nullptr).loss;
  };
  auto network = make_network(r.experiment, r.design, one);
  const std::string before = state_of(*network);
  network->train(batch, {}, nullptr);
  const std::string after = state_of(*network);

  const auto read = [](const std::string& state, std::size_t at) {
    float x;
    std::memcpy(&x, state.data() + at, sizeof x);
    return x;
  };
  // Central differences with step h: rounding of the loss, about 2^-22 of it, over h; the second-order error
  // and kinks of ReLU are below the rest for this h.
  constexpr float kStep = 0x1p-10F;
  constexpr double kTolerance = 3.0 * 0x1p-22 / kStep;
  int checked = 0;
  for (int layer = 0; layer < 3; ++layer) {
    for (const std::string name : {"weights", "bias"}) {
      const auto [start, count] = floats_named(before, name, layer);
      for (std::size_t i = 0; i < count; i += 7) {
        const std::size_t at = start + i * sizeof(float);
        const double gradient = double{read(before, at)} - double{read(after, at)};
        const auto shifted = [&](float by) {
          std::string state = before;
          const float x = read(before, at) + by;
          std::memcpy(state.data() + at, &x, sizeof x);
          return loss_of(state);
        };
        const double difference = (shifted(kStep) - shifted(-kStep)) / (2 * kStep);
        ASSERT_NEAR(gradient, difference, kTolerance) << name << " of layer " << layer << ", element " << i;
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 80);
}

}  // namespace
}  // namespace napier

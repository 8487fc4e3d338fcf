// Networks of layers trained whole: learning, reproducible, resumable, strict about their input.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <limits>
#include <map>

#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/interrupt.hpp"
#include "models/data/text.hpp"
#include "models/train/network.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/train.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/models/synthetic_dataset.hpp"

namespace napier {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class StopAtFirstWord : public std::streambuf {
 protected:
  int overflow(int c) override {
    if (!interrupted()) std::raise(SIGINT);
    return c;
  }
};

Design fp32_design() {
  Design d = test::small_int8();
  d.name = "small_fp32";
  d.format.kind = FormatKind::kFp32;
  return d;
}

class GraphNetwork : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("graph_" + std::to_string(getpid()));
    write_synthetic_dataset(root_ / "data", 120, 60);
    std::string text;
    for (int i = 0; i < 300; ++i) text += i % 3 == 0 ? "the cat sat. " : "a dog ran. ";
    write_file(root_ / "text", text);
  }
  void TearDown() override { fs::remove_all(root_); }

  TrainRequest request(const std::string& folder, NetworkKind kind, const Design& design) const {
    TrainRequest r;
    r.experiment.name = "synthetic";
    r.experiment.dataset.folder = root_ / "data";
    r.experiment.dataset.text = root_ / "text";
    r.experiment.network.kind = kind;
    r.experiment.network.cnn = {.convolutions = {4, 6}, .kernel = 3, .hidden = 12, .batch_norm = true};
    r.experiment.network.resnet = {.blocks = 1, .width = 2};
    r.experiment.network.transformer = {.sequence = 12, .width = 8, .heads = 2, .blocks = 1, .hidden = 16};
    r.experiment.batch = 24;
    r.experiment.epochs = 2;
    r.experiment.optimizer.madam.learning_rate_shift = 4;
    r.experiment.optimizer.host = {HostRule::kAdam, 0.01, 0.9, 0.999};
    r.design = design;
    r.folder = root_ / folder;
    r.threads = 1;
    return r;
  }

  std::map<std::string, std::string> digests(const std::string& folder) const {
    std::map<std::string, std::string> result;
    for (const auto& entry : fs::directory_iterator(root_ / folder)) {
      const std::string name = entry.path().filename().string();
      if (name != "run.json") result[name] = sha256(read_file(entry.path()));
    }
    return result;
  }

  static std::string refusal(const TrainRequest& r) {
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

const std::vector<NetworkKind> kKinds = {NetworkKind::kCnn, NetworkKind::kResnet, NetworkKind::kTransformer};

TEST_F(GraphNetwork, InterruptedAndContinuedOnMoreThreadsEqualsStraight) {
  int run = 0;
  for (const Design& design : {test::small_lns(), test::small_int8(), fp32_design()}) {
    for (const NetworkKind kind : kKinds) {
      const std::string name = std::to_string(run++);
      TrainRequest broken = request("broken" + name, kind, design);
      ASSERT_TRUE(interrupted_run(broken)) << name;
      ASSERT_TRUE(fs::exists(broken.folder / "checkpoint.bin")) << name;
      EXPECT_FALSE(fs::exists(broken.folder / "stats.json")) << name;
      broken.threads = 3;
      train(broken);
      train(request("straight" + name, kind, design));
      EXPECT_EQ(digests("broken" + name), digests("straight" + name)) << name;
    }
  }
}

TEST_F(GraphNetwork, EveryKindLearns) {
  for (const Design& design : {test::small_lns(), fp32_design()}) {
    for (const NetworkKind kind : kKinds) {
      TrainRequest r = request("learn" + design.name + std::to_string(static_cast<int>(kind)), kind, design);
      r.experiment.epochs = 8;
      const double loss = train(r).train_loss;
      // Guessing one of ten classes, or one of 256 bytes, costs log 10 = 2.30 or log 256 = 5.55 nats.
      EXPECT_LT(loss, kind == NetworkKind::kTransformer ? 0.7 * 5.55 : 0.9 * 2.30) << r.folder;
    }
  }
}

TEST_F(GraphNetwork, CheckpointOfAnotherDesignOrNetworkIsRefused) {
  train(request("mixed", NetworkKind::kCnn, test::small_lns()));
  Design other = test::small_lns();
  other.datapath.term_bits = 14;
  const char* message = "is of another experiment, design or data set";
  EXPECT_THAT(refusal(request("mixed", NetworkKind::kCnn, other)), HasSubstr(message));
  EXPECT_THAT(refusal(request("mixed", NetworkKind::kResnet, test::small_lns())), HasSubstr(message));
}

TEST_F(GraphNetwork, TracesAreOfPerceptronsOnly) {
  TrainRequest r = request("traced", NetworkKind::kCnn, test::small_lns());
  r.trace = root_ / "trace.h5";
  EXPECT_THAT(refusal(r), AllOf(HasSubstr("--trace"), HasSubstr("mlp")));
}

TEST_F(GraphNetwork, ConvolutionsWithoutAZeroAreRefused) {
  EXPECT_THAT(refusal(request("nozero", NetworkKind::kCnn, test::small_without_zero())),
              HasSubstr("format.zero"));
}

TEST_F(GraphNetwork, FewerSamplesThanABatchAreRefused) {
  TrainRequest r = request("few", NetworkKind::kCnn, test::small_lns());
  r.experiment.batch = 121;
  EXPECT_THAT(refusal(r), AllOf(HasSubstr("batch asks for 121"), HasSubstr("has 120")));
}

TEST_F(GraphNetwork, MoreStepsThanAnEpochHasAreRefused) {
  TrainRequest r = request("steps", NetworkKind::kCnn, test::small_lns());
  r.experiment.epoch_steps = 6;
  EXPECT_THAT(refusal(r), AllOf(HasSubstr("epoch_steps is 6"), HasSubstr("5 steps")));
}

TEST_F(GraphNetwork, StepsOfAnEpochAreCounted) {
  TrainRequest r = request("steps", NetworkKind::kCnn, test::small_lns());
  r.experiment.epoch_steps = 3;
  train(r);
  const std::string metrics = read_file(r.folder / "metrics.csv");
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), '\n'), 1 + 2 * 3);
}

TEST_F(GraphNetwork, AnEmptyBatchIsRefused) {
  const Parallel threads(1);
  for (const Design& design : {test::small_lns(), fp32_design()}) {
    TrainRequest r = request("unused", NetworkKind::kCnn, design);
    const auto network = make_network(r.experiment, design, threads, {6, 6, 10});
    EXPECT_THROW(network->train({}, {}, nullptr), InputError);
    EXPECT_THROW(network->test({}), InputError);
  }
}

TEST_F(GraphNetwork, NanAmongTheParametersNamesTensorAndStep) {
  const Parallel threads(1);
  const TrainRequest r = request("unused", NetworkKind::kCnn, test::small_lns());
  const auto network = make_network(r.experiment, r.design, threads, {6, 6, 10});
  StateArchive saved;
  network->exchange(saved);
  std::string state = saved.bytes();
  const std::size_t bias = state.find("fc2.bias") + 8 + 2 * sizeof(std::uint64_t);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(state.data() + bias + 3 * sizeof nan, &nan, sizeof nan);
  StateArchive altered(state, "test");
  network->exchange(altered);
  const Batch batch{1, std::vector<std::uint8_t>(36, 9), {0}};
  try {
    network->train(batch, {.step = 12}, nullptr);
    ADD_FAILURE();
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("is NaN in step 12"), HasSubstr("diverged")));
  }
}

TEST_F(GraphNetwork, TextIsCutIntoSequencesAndTheirSuccessors) {
  write_file(root_ / "abc", "abcdefghijklmnopqrstuvwxyz0123");
  const Dataset data = load_text(root_ / "abc", 2, 0, 0);  // 27 bytes to train on, 3 for tests
  EXPECT_EQ(data.train.count, 13);
  EXPECT_EQ(data.test.count, 1);
  EXPECT_THAT(data.train.input(1), testing::ElementsAre('c', 'd'));
  EXPECT_THAT(data.train.label(1), testing::ElementsAre('d', 'e'));
  EXPECT_THAT(data.test.label(0), testing::ElementsAre('2', '3'));
}

TEST_F(GraphNetwork, TextTooShortOrMissingIsRefused) {
  const auto refused = [&](const fs::path& file, int sequence, int samples) {
    try {
      load_text(file, sequence, samples, 0);
    } catch (const InputError& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  write_file(root_ / "short", "abc");
  EXPECT_THAT(refused(root_ / "short", 8, 0), AllOf(HasSubstr("short"), HasSubstr("8 bytes")));
  write_file(root_ / "empty", "");
  EXPECT_THAT(refused(root_ / "empty", 8, 0), HasSubstr("holds 0"));
  EXPECT_THAT(refused(root_ / "text", 12, 100000), HasSubstr("dataset.train_samples asks for 100000"));
  EXPECT_THAT(refused(root_ / "nowhere", 8, 0), HasSubstr("nowhere"));
}

TEST_F(GraphNetwork, TheBibleIsWholeAndWithoutReferences) {
  const std::string text = king_james_bible();
  EXPECT_TRUE(text.starts_with("In the beginning God created the heaven and the earth.\nAnd the earth"));
  EXPECT_TRUE(text.ends_with("The grace of our Lord Jesus Christ be with you all. Amen.\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 31102);
}

TEST_F(GraphNetwork, AMissingBibleNamesItsPackage) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", root_.c_str(), 1);
  try {
    king_james_bible();
    ADD_FAILURE();
  } catch (const ToolError& e) {
    EXPECT_THAT(e.what(), HasSubstr("apt-get install bible-kjv"));
  }
  fs::create_directories(root_ / "bin");
  write_file(root_ / "bin" / "bible", "#!/bin/sh\necho Ge1:1 In the beginning\n");
  fs::permissions(root_ / "bin" / "bible", fs::perms::owner_all);
  setenv("PATH", ((root_ / "bin").string() + ":" + path).c_str(), 1);
  try {
    king_james_bible();
    ADD_FAILURE();
  } catch (const ToolError& e) {
    EXPECT_THAT(e.what(), HasSubstr("1 lines instead of 31102"));
  }
  setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace napier

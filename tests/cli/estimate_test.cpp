// napier estimate, run as a user runs it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/workplace.hpp"

namespace napier::cli {
namespace {

using testing::HasSubstr;

double statistic(const std::filesystem::path& file, const std::string& name) {
  const nlohmann::json all = nlohmann::json::parse(read_file(file));
  for (const nlohmann::json& s : all) {
    if (s.at("name") == name) return s.at("value").get<double>();
  }
  ADD_FAILURE() << "no " << name;
  return -1;
}

const std::string kNetwork =
    "name: net\nbatch: 25\nlayers:\n  - name: fc2\n    inputs: 16\n    outputs: 10\n    bias: true\n";

TEST(EstimateCommand, AgreesWithTheSimulationOfATrainingStep) {
  const Workplace here;
  // The trainer keeps the operand a in the lanes, docs/formats/trace.md.
  std::string mapping = "mappings:\n";
  for (const std::string pass : {"forward", "input_gradient", "weight_gradient"}) {
    mapping +=
        "  - layer: fc2\n    pass: " + pass + "\n    mapping:\n      stationary: a\n      k_tiles: 8\n";
  }
  write_file(here / "w.yaml", kNetwork);
  write_file(here / "m.yaml", mapping);
  write_file(here / "one.yaml",
             "design: d.yaml\nbatch: 25\nepochs: 1\ndataset:\n  train_samples: 1000\n  test_samples: 100\n"
             "network:\n  layers: [784, 16, 10]\ntrace:\n  steps: [0]\n  layers: [1]\n");
  ASSERT_EQ(here.run({"train", "one.yaml", "-o", "train", "--trace", "t.h5"}).exit_code, 0);
  ASSERT_EQ(here.run({"sim", "d.yaml", "--trace", "t.h5", "-o", "sim"}).exit_code, 0);
  const auto ending =
      here.run({"estimate", "d.yaml", "--workload", "w.yaml", "--mapping", "m.yaml", "-o", "estimate"});
  ASSERT_EQ(ending.exit_code, 0) << ending.err;
  EXPECT_EQ(statistic(here / "estimate/stats.json", "product_cycles"),
            statistic(here / "sim/stats.json", "cycles"));
  for (const char* cause : {"busy", "wait_a", "load_bias", "pipeline", "drain", "flush", "job"}) {
    EXPECT_EQ(statistic(here / "estimate/stats.json", std::string("cause.") + cause),
              statistic(here / "sim/stats.json", std::string("cause.") + cause))
        << cause;
  }
  EXPECT_EQ(statistic(here / "estimate/stats.json", "macs"), statistic(here / "sim/stats.json", "macs"));
}

TEST(EstimateCommand, WritesTheSameBytesAgainAndTakesItsOwnMapping) {
  const Workplace here;
  write_file(here / "w.yaml", kNetwork);
  const auto estimate = [&](const std::string& folder, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"estimate", "d.yaml", "--workload", "w.yaml",
                                          "-o",       folder,   "--tiles",    "9"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto ending = here.run(arguments);
    EXPECT_EQ(ending.exit_code, 0) << ending.err;
  };
  estimate("first", {});
  estimate("second", {});
  EXPECT_EQ(here.results("first"), here.results("second"));
  estimate("third", {"--mapping", "first/mapping.yaml"});
  EXPECT_EQ(here.results("first"), here.results("third"));
  const std::string passes = read_file(here / "first/passes.csv");
  EXPECT_THAT(passes, HasSubstr("layer,pass,repeat,products,cycles,busy,wait_a,"));
  EXPECT_THAT(passes, HasSubstr("\nfc2,weight_gradient,1,1,"));
  EXPECT_THAT(passes, HasSubstr("\nfc2,update,1,0,0,"));
  EXPECT_THAT(read_file(here / "first/roofline.svg"), HasSubstr("</svg>"));
  const nlohmann::json tiles = nlohmann::json::parse(read_file(here / "first/tiles.json"));
  EXPECT_EQ(tiles.at("traceEvents").size(), 2 + 2 * 9U);
}

TEST(EstimateCommand, ReadsTopologiesAndForwardPassesAlone) {
  const Workplace here;
  write_file(here / "net.csv", "Layer, M, N, K,\nG, 16, 16, 32,\n");
  const auto ending = here.run({"estimate", "d.yaml", "--workload", "net.csv", "--inference", "--batch", "3",
                                "--objective", "traffic", "-o", "out"});
  ASSERT_EQ(ending.exit_code, 0) << ending.err;
  EXPECT_EQ(statistic(here / "out/stats.json", "macs"), 3 * 16 * 16 * 32);
  EXPECT_EQ(statistic(here / "out/stats.json", "update_cycles"), 0);
}

TEST(EstimateCommand, BoundsAccelerators) {
  const Workplace here;
  Design d = here.design;
  d.array = {2, 32, 4};
  d.memory = {768, 256, 512, 128, 32, 1, 12, 2, 16, 6};
  write_file(here / "a.yaml", resolved_yaml(d));
  write_file(here / "w.yaml", kNetwork);
  const auto ending = here.run({"estimate", "a.yaml", "--workload", "w.yaml", "-o", "out"});
  ASSERT_EQ(ending.exit_code, 0) << ending.err;
  EXPECT_THAT(ending.out, HasSubstr("At least "));
  EXPECT_EQ(statistic(here / "out/stats.json", "macs"), 3 * 25 * 16 * 10);
  EXPECT_GE(statistic(here / "out/stats.json", "cycles_at_least"),
            statistic(here / "out/stats.json", "cycles.dma"));
  EXPECT_THAT(read_file(here / "out/passes.csv"), HasSubstr("\nfc2,update,1,0,"));
  EXPECT_THAT(read_file(here / "out/products.csv"), HasSubstr("\nfc2,weight_gradient,,1,16,10,25,"));
  EXPECT_THAT(read_file(here / "out/roofline.svg"), HasSubstr("</svg>"));
  const auto refused = here.run({"estimate", "a.yaml", "--workload", "w.yaml", "-o", "out", "--tiles", "3"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--tiles is for bare processing elements"));
}

TEST(EstimateCommand, RefusesBadInput) {
  const Workplace here;
  write_file(here / "w.yaml", kNetwork);
  const auto refused = [&](std::vector<std::string> arguments, const std::string& message) {
    arguments.insert(arguments.begin(), {"estimate", "d.yaml", "-o", "out"});
    const auto ending = here.run(arguments);
    EXPECT_EQ(ending.exit_code, 2) << ending.err;
    EXPECT_THAT(ending.err, HasSubstr(message));
  };
  refused({}, "--workload is required");
  refused({"--workload", "none.yaml"}, "none.yaml");
  refused({"--workload", "d.yaml"}, "key 'format' is unknown");
  refused({"--workload", "w.yaml", "--batch", "0"}, "--batch");
  refused({"--workload", "w.yaml", "--batch", "3000000000"}, "batch is 3000000000");
  refused({"--workload", "w.yaml", "--objective", "beauty"}, "--objective");
  refused({"--workload", "w.yaml", "--dim", "batch"}, "--dim batch is no NAME=SIZE");
  write_file(here / "m.yaml", "mappings:\n  - layer: fc3\n    pass: forward\n");
  refused({"--workload", "w.yaml", "--mapping", "m.yaml"}, "layer 'fc3', forward");
  write_file(here / "m.yaml",
             "mappings:\n  - layer: fc2\n    pass: forward\n    mapping:\n      k_tiles: 9\n");
  refused({"--workload", "w.yaml", "--mapping", "m.yaml"}, "k_tiles 9 does not fit buffer A of 8 rows");
}

}  // namespace
}  // namespace napier::cli

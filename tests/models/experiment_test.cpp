#include <gmock/gmock.h>
#include <unistd.h>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/config/explain.hpp"
#include "models/config/json_schema.hpp"
#include "models/design/design_file.hpp"
#include "models/train/experiment_file.hpp"

namespace napier {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const fs::path kSource = NAPIER_SOURCE_DIR;

std::string refusal(const std::string& yaml) {
  const fs::path file = fs::path(testing::TempDir()) / ("experiment_" + std::to_string(getpid()) + ".yaml");
  write_file(file, yaml);
  std::string message = "accepted";
  try {
    read_experiment(file);
  } catch (const InputError& e) {
    message = e.what();
  }
  fs::remove(file);
  return message;
}

TEST(ExperimentFile, EveryExperimentOfTheRepositoryReadsAndNamesADesign) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(kSource / "configs/experiments")) {
    const Experiment e = read_experiment(entry.path()).experiment;
    EXPECT_EQ(e.name + ".yaml", entry.path().filename().string());
    EXPECT_NO_THROW(read_design(e.design)) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 5);
}

TEST(ExperimentFile, PathsAreRelativeToTheFile) {
  const Experiment e = read_experiment(kSource / "configs/experiments/fashion_mlp.yaml").experiment;
  EXPECT_TRUE(fs::equivalent(e.design, kSource / "configs/designs/lns8_paper.yaml"));
  EXPECT_EQ(e.dataset.folder, "/usr/share/datasets/fashion-mnist");
}

TEST(ExperimentFile, ResolvedTextReadsBackTheSame) {
  const std::string text =
      resolved_yaml(read_experiment(kSource / "configs/experiments/fashion_mlp.yaml").experiment);
  config::Document document{"resolved.yaml", {}};
  EXPECT_EQ(resolved_yaml(experiment_schema().parse(text, document)), text);
}

TEST(ExperimentFile, UnknownKeySuggestsTheNearest) {
  EXPECT_THAT(refusal("design: d.yaml\nepoch: 3\n"), AllOf(HasSubstr(".yaml:2:1: "), HasSubstr("epochs")));
}

TEST(ExperimentFile, DesignIsRequired) { EXPECT_THAT(refusal("epochs: 3\n"), HasSubstr("design")); }

TEST(ExperimentFile, SchedulePhasesAscendToOne) {
  EXPECT_THAT(
      refusal("design: d.yaml\nschedule:\n  - {until: 0.5, factor: 1}\n  - {until: 0.5, factor: 2}\n"),
      HasSubstr(":4:13: schedule[1].until must be above the phase before"));
  EXPECT_THAT(refusal("design: d.yaml\nschedule:\n  - {until: 0.5, factor: 1}\n"),
              HasSubstr("must end at 1"));
}

TEST(ExperimentFile, TracedLayersExist) {
  EXPECT_THAT(refusal("design: d.yaml\ntrace:\n  layers: [3]\n"),
              HasSubstr("names layer 3, but the network has layers 0 to 2"));
}

TEST(ExperimentFile, SettingsOfAnotherKindOfNetworkAreRefused) {
  EXPECT_THAT(refusal("design: d.yaml\nnetwork:\n  cnn: {hidden: 64}\n"),
              AllOf(HasSubstr(".yaml:3:"), HasSubstr("network.cnn has no effect")));
  EXPECT_THAT(refusal("design: d.yaml\nnetwork:\n  kind: resnet\n  layers: [36, 10]\n"),
              HasSubstr("network.layers has no effect"));
  EXPECT_THAT(refusal("design: d.yaml\nnetwork:\n  kind: cnn\n  cnn: {hidden: 64}\n"), "accepted");
}

TEST(ExperimentFile, NetworksThatCannotBeAreRefused) {
  EXPECT_THAT(refusal("design: d.yaml\nnetwork:\n  kind: cnn\n  cnn: {kernel: 4}\n"),
              HasSubstr("network.cnn.kernel is 4; give an odd size"));
  EXPECT_THAT(refusal("design: d.yaml\nnetwork:\n  kind: transformer\n  transformer: {heads: 5}\n"),
              HasSubstr("network.transformer.width must be a multiple of heads, 5"));
  EXPECT_THAT(refusal("design: d.yaml\nnetwork:\n  kind: cnn\ntrace:\n  layers: [0]\n"),
              HasSubstr("trace.layers needs network.kind mlp"));
}

TEST(ExperimentFile, SchemaFileFollowsTheDeclarations) {
  EXPECT_EQ(read_file(kSource / "configs/schema/experiment.schema.json"),
            config::json_schema(experiment_schema()))
      << "run: napier explain --schema experiment > configs/schema/experiment.schema.json";
}

TEST(ExperimentFile, TableInTheDocsFollowsTheDeclarations) {
  EXPECT_THAT(read_file(kSource / "docs/formats/experiment.md"),
              HasSubstr("\n\n" + config::markdown_table(experiment_schema())))
      << "replace the table by the output of: napier explain --table experiment";
}

}  // namespace
}  // namespace napier

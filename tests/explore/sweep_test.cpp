#include "explore/sweep.hpp"

#include <gmock/gmock.h>

#include "explore/manifest.hpp"
#include "explore/plan.hpp"
#include "models/base/error.hpp"
#include "models/config/explain.hpp"
#include "models/config/json_schema.hpp"
#include "models/data/dataset.hpp"
#include "tests/explore/fake_stages.hpp"

namespace napier::explore {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const fs::path kSource = NAPIER_SOURCE_DIR;

class SweepFile : public testing::Test {
 protected:
  SweepFile() {
    write_file(folder_.path() / "experiment.yaml",
               "name: e\ndesign: designs/a.yaml\ndataset: {folder: data}\n");
    for (const fs::path& file : dataset_files(folder_.path() / "data")) write_file(file, "samples\n");
    write_file(folder_.path() / "designs/a.yaml", "name: a\n");
    write_file(folder_.path() / "designs/also_a.yaml", "name: a\n");
    write_file(folder_.path() / "designs/fp32.yaml",
               "name: fp32\nformat: {kind: fp32}\nupdate: {kind: host}\n");
  }

  LoadedSweep read(const std::string& yaml) const {
    write_file(folder_.path() / "sweep.yaml", yaml);
    return read_sweep(folder_.path() / "sweep.yaml");
  }

  void expect_error(const std::string& yaml, const std::string& message) const {
    try {
      read(yaml);
      ADD_FAILURE() << "accepted: " << yaml;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
  }

  Scratch folder_;
};

TEST_F(SweepFile, PathsAreRelativeToTheFile) {
  const LoadedSweep loaded = read("name: s\nexperiment: experiment.yaml\ndesigns: [designs/a.yaml]\n");
  ASSERT_EQ(loaded.points.size(), 1U);
  EXPECT_EQ(loaded.points[0].file, folder_.path() / "designs/a.yaml");
  EXPECT_EQ(loaded.points[0].design.name, "a");
  EXPECT_EQ(loaded.sweep.experiment, folder_.path() / "experiment.yaml");
}

TEST_F(SweepFile, MistakesAreNamedWithTheirPlace) {
  expect_error("experiment: experiment.yaml\ndesings: [designs/a.yaml]\n", "sweep.yaml:2:1");
  expect_error("experiment: experiment.yaml\ndesings: [designs/a.yaml]\n", "designs");
  expect_error("designs: [designs/a.yaml]\n", "experiment");
  expect_error("experiment: experiment.yaml\ndesigns: []\n", "designs");
  write_file(folder_.path() / "cnn.yaml", "design: designs/a.yaml\nnetwork: {kind: cnn}\n");
  expect_error("experiment: cnn.yaml\ndesigns: [designs/a.yaml]\n", "whose network has no traces");
  expect_error("experiment: nowhere.yaml\ndesigns: [designs/a.yaml]\n", "nowhere.yaml', which is no file");
  expect_error("experiment: experiment.yaml\ndesigns: [designs/b.yaml]\n", "b.yaml', which is no file");
  expect_error("experiment: experiment.yaml\ndesigns: [designs/a.yaml]\ntechnology: t.yaml\n",
               "sweep.yaml:3:");
}

TEST_F(SweepFile, TwoDesignsOfOneNameAreRefused) {
  expect_error("experiment: experiment.yaml\ndesigns: [designs/a.yaml, designs/also_a.yaml]\n",
               "are both named 'a'; give each design its own name");
}

TEST_F(SweepFile, DesignWithoutDatapathIsAReferenceOnly) {
  expect_error("experiment: experiment.yaml\ndesigns: [designs/fp32.yaml]\n", "fp32");
  EXPECT_EQ(read("experiment: experiment.yaml\ndesigns: [designs/a.yaml]\nreference: designs/fp32.yaml\n")
                .reference.size(),
            1U);
}

TEST_F(SweepFile, PlanRunsEachVerbInAFolderOfItsOwn) {
  const LoadedSweep loaded = read("experiment: experiment.yaml\ndesigns: [designs/a.yaml]\n");
  const Plan plan = plan_point(loaded, loaded.points[0], "out", "/bin/napier");
  std::vector<std::string> verbs;
  for (const Stage& stage : plan.stages) {
    verbs.push_back(stage.arguments.at(1));
    EXPECT_EQ(stage.folder, fs::path("out/designs/a") / stage.name);
  }
  EXPECT_THAT(verbs, ElementsAre("train", "sim", "verify", "synth"));
  for (std::size_t i = 1; i < plan.stages.size(); ++i) {
    EXPECT_THAT(plan.stages[i].inputs, testing::Contains(fs::path("out/designs/a/trace.h5")));
  }
}

TEST_F(SweepFile, TrainingStandsOnTheFilesOfTheDataSet) {
  const LoadedSweep loaded =
      read("experiment: experiment.yaml\ndesigns: [designs/a.yaml]\nreference: designs/fp32.yaml\n");
  for (const Plan& plan : {plan_point(loaded, loaded.points[0], "out", "/bin/napier"),
                           plan_reference(loaded, loaded.reference[0], "out", "/bin/napier")}) {
    for (const fs::path& file : dataset_files(folder_.path() / "data")) {
      EXPECT_THAT(plan.stages[0].inputs, testing::Contains(file));
    }
  }
}

TEST_F(SweepFile, ManifestSurvivesTheRoundTripAndNamesNoOutputFolder) {
  const LoadedSweep loaded =
      read("name: s\nexperiment: experiment.yaml\ndesigns: [designs/a.yaml]\nreference: designs/fp32.yaml\n");
  const fs::path out = folder_.path() / "out";
  const std::vector<Plan> plans{plan_point(loaded, loaded.points[0], out, "/bin/napier"),
                                plan_reference(loaded, loaded.reference[0], out, "/bin/napier")};
  write_manifest(make_manifest(loaded, "sweep.yaml", out, plans), out);
  const Manifest manifest = read_manifest(out);
  EXPECT_EQ(manifest.name, "s");
  ASSERT_EQ(manifest.designs.size(), 1U);
  EXPECT_EQ(manifest.designs[0].stages.size(), 4U);
  EXPECT_THAT(manifest.designs[0].stages[0].command, HasSubstr(" --trace $OUT/designs/a/trace.h5"));
  EXPECT_THAT(read_file(out / "sweep.json"), testing::Not(HasSubstr(out.string())));
  ASSERT_TRUE(manifest.reference.has_value());
  EXPECT_EQ(manifest.reference->name, "fp32");
}

TEST(SweepSchema, GeneratedFilesAreCurrent) {
  EXPECT_EQ(read_file(kSource / "configs/schema/sweep.schema.json"), config::json_schema(sweep_schema()))
      << "run: napier explain --schema sweep > configs/schema/sweep.schema.json";
}

TEST(SweepSchema, TableInTheDocsFollowsTheDeclarations) {
  EXPECT_THAT(read_file(kSource / "docs/formats/sweep.md"),
              HasSubstr("\n\n" + config::markdown_table(sweep_schema()) + "\n"))
      << "replace the table by the output of: napier explain --table sweep";
}

TEST(SweepSchema, ManifestWithoutDesignsIsRefused) {
  const Scratch folder;
  write_file(folder.path() / "sweep.json",
             R"({"name": "s", "command": "c", "experiment": "e", "designs": [], "reference": []})");
  EXPECT_THROW(read_manifest(folder.path()), InputError);
}

TEST(SweepSchema, ManifestOfAForeignFolderIsRefused) {
  const Scratch folder;
  EXPECT_THROW(read_manifest(folder.path()), InputError);
}

}  // namespace
}  // namespace napier::explore

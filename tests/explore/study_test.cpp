#include "explore/study/study.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "explore/study/run_study.hpp"
#include "explore/study/study_page.hpp"
#include "explore/study/study_tables.hpp"
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
using testing::Not;

const fs::path kSource = NAPIER_SOURCE_DIR;

/// A folder with an experiment, two designs and a stand-in for the program, whose accuracy is 80 plus the
/// seed.
class StudyTest : public testing::Test {
 protected:
  StudyTest() {
    write_file(root_.path() / "experiment.yaml", "name: e\ndesign: a.yaml\ndataset: {folder: data}\n");
    for (const fs::path& file : dataset_files(root_.path() / "data")) write_file(file, "samples\n");
    write_file(root_.path() / "a.yaml", "name: a\n");
    write_file(root_.path() / "fp32.yaml", "name: fp32\nformat: {kind: fp32}\nupdate: {kind: host}\n");
    write_file(program_, R"sh(#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    train) experiment=$2 ;;
    -o) out=$2 ;;
    --threads) threads=$2 ;;
    --dump) dump=$2 ;;
  esac
  shift
done
mkdir -p "$out"
echo "$threads" >> "$(dirname "$0")/calls"
design="$(dirname "$experiment")/design.yaml"
if grep -q 'term_bits: 7' "$design"; then
  echo "napier: it broke"
  exit 3
fi
seed=$(sed -n 's/^seed: //p' "$experiment")
[ -z "$dump" ] || echo "weights of seed $seed" > "$dump"
weights=$(sed -n 's/^  weights: "*\([^"]*\)"*$/\1/p' "$experiment")
[ -z "$weights" ] || grep -q "weights of seed $seed" "$(dirname "$experiment")/$weights" || exit 70
grep -q 'kind: fp32' "$design" && seed=$((seed + 5))
echo "epoch" > "$out/epochs.csv"
echo '[{"name":"test_accuracy_percent","value":'$((80 + seed))',"unit":"%","description":"accuracy"},' \
     '{"name":"train_loss","value":0.5,"unit":"nats","description":"loss"}]' > "$out/stats.json"
)sh");
    fs::permissions(program_, fs::perms::owner_all);
  }

  LoadedStudy read(const std::string& yaml) const {
    write_file(root_.path() / "study.yaml", "experiment: experiment.yaml\n" + yaml);
    return read_study(root_.path() / "study.yaml");
  }

  void expect_error(const std::string& yaml, const std::string& message) const {
    try {
      read(yaml);
      ADD_FAILURE() << "accepted: " << yaml;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
  }

  void run(const std::string& yaml, const std::string& out = "out", int threads = 1) const {
    write_file(root_.path() / "study.yaml", "experiment: experiment.yaml\n" + yaml);
    run_study({root_.path() / "study.yaml", root_.path() / out, program_, "test", 2, threads});
  }

  /// Trainings so far, and forgotten.
  std::size_t calls() const {
    if (!fs::exists(root_.path() / "calls")) return 0;
    const std::string text = read_file(root_.path() / "calls");
    fs::remove(root_.path() / "calls");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  std::string file(const std::string& name) const { return read_file(root_.path() / name); }

  Scratch root_;
  fs::path program_ = root_.path() / "napier";
};

const std::string kTermBits = "seeds: [1, 2]\naxes:\n  - key: datapath.term_bits\n    values: [8, 16]\n";

TEST_F(StudyTest, RunsEveryCombinationOnce) {
  const LoadedStudy loaded = read(
      "seeds: [3, 4]\nset: {epochs: 2}\n"
      "variants:\n  - {name: small, set: {batch: 32}}\n  - {name: large, set: {batch: 64}}\n"
      "axes:\n  - {key: datapath.term_bits, values: [8, 16], with: {datapath.accumulator_bits: [16, 24]}}\n"
      "  - {key: update.bits, values: [16, 12, 10]}\n"
      "references:\n  - {name: FP32, set: {design: fp32.yaml}}\n");
  ASSERT_EQ(loaded.runs.size(), 2U * 2 * 3 * 2 + 2);
  const StudyRun& run = loaded.runs[2 * 3 * 2 + 3];  // of "large": term bits 8, update bits 12, second seed
  EXPECT_EQ(run.variant, "large");
  EXPECT_THAT(run.values, ElementsAre("8", "12"));
  EXPECT_EQ(run.seed, 4U);
  EXPECT_EQ(run.experiment.seed, 4U);
  EXPECT_EQ(run.experiment.batch, 64);
  EXPECT_EQ(run.experiment.epochs, 2);
  EXPECT_EQ(run.design.datapath.term_bits, 8);
  EXPECT_EQ(run.design.datapath.accumulator_bits, 16);
  EXPECT_EQ(run.design.update.bits, 12);
  const StudyRun& reference = loaded.runs.back();
  EXPECT_TRUE(reference.reference);
  EXPECT_EQ(reference.design.name, "fp32");
  EXPECT_EQ(reference.experiment.epochs, 2);
}

TEST_F(StudyTest, EqualContentIsOneRun) {
  run("seeds: [1]\nvariants:\n  - {name: default}\n  - {name: stated, set: {datapath.term_bits: 16}}\n");
  EXPECT_EQ(calls(), 1U);
  EXPECT_THAT(file("out/table.md"), HasSubstr("| stated | 81.00 | 0.5000 |"));
}

TEST_F(StudyTest, MistakesAreNamedWithTheirPlace) {
  const std::string axis = "axes:\n  - key: ";
  expect_error(axis + "datapath.term_bit\n    values: [8]\n",
               "study.yaml:3:10: key 'datapath.term_bit' is neither a design's nor an experiment's; did you "
               "mean 'datapath.term_bits'?");
  expect_error(axis + "datapath.term_bits\n    values: []\n",
               "study.yaml:4:13: key 'axes[0].values' has 0 values");
  expect_error(axis + "datapath.term_bits\n    values: [8, 99]\n",
               "study.yaml:4:17: key 'datapath.term_bits' is out of range: 99");
  expect_error(axis + "datapath.term_bits\n    values: [8, 8]\n", "the same value, or label, twice");
  expect_error(axis + "datapath.term_bits\n    values: [8, 16]\n    labels: [a]\n", "1 labels for 2 values");
  expect_error(axis + "datapath\n    values: [8]\n", "is a group; set the keys in it, as datapath.lanes");
  expect_error(axis + "batch\n    values: [8, 16]\n    with: {epochs: [1]}\n",
               "study.yaml:5:20: key 'epochs' moves along with batch; write a list of 2 values");
  expect_error(axis + "format.kind\n    values: [lns]\n    logarithmic: true\n", "'lns' is none");
  expect_error(axis + "seed\n    values: [8]\n", "list seeds under 'seeds'");
  expect_error("set: {name: x}\n", "name variants instead");
  expect_error("variants:\n  - {name: a}\n  - {name: a}\n", "'a' is taken");
  expect_error("set: {design: nowhere.yaml}\n", "nowhere.yaml");
}

TEST_F(StudyTest, AKeySetTwiceForOneRunIsRefused) {
  expect_error("axes:\n  - {key: batch, values: [8]}\n  - {key: batch, values: [16]}\n",
               "study.yaml:4:11: key 'batch' is set twice for one run, first in line 3; remove one");
  expect_error("set: {batch: 8}\nvariants:\n  - {name: a, set: {batch: 16}}\n", "key 'batch' is set twice");
}

TEST_F(StudyTest, CombinationWhoseKeysContradictIsNamed) {
  expect_error("axes:\n  - {key: format.gamma_log2, values: [3, 2]}\n",
               "study.yaml: datapath.lut_bits 3 is above format.gamma_log2 2");
  expect_error("axes:\n  - {key: format.gamma_log2, values: [3, 2]}\n",
               "in the combination format.gamma_log2: 2");
  expect_error("set: {datapath.lut_bits: 5}\n", "study.yaml:2:26: datapath.lut_bits 5 is above");
}

TEST_F(StudyTest, MissingDataIsToldBeforeAnythingRuns) {
  fs::remove(root_.path() / "data/t10k-labels-idx1-ubyte.gz");
  EXPECT_THROW(run(kTermBits), InputError);
  EXPECT_EQ(calls(), 0U);
}

TEST_F(StudyTest, TablesHoldMeanAndSpread) {
  run(kTermBits + "references:\n  - {name: FP32, set: {design: fp32.yaml}}\n");
  EXPECT_EQ(calls(), 6U);
  EXPECT_EQ(file("out/table.md"),
            "| datapath.term_bits | Test accuracy, % |\n|---|---|\n| 8 | 81.50 \u00b1 0.71 |\n"
            "| 16 | 81.50 \u00b1 0.71 |\n| FP32 | 86.50 \u00b1 0.71 |\n\n"
            "Test accuracy, %: mean \u00b1 standard deviation over seeds 1, 2.\n");
  const std::string runs = file("out/runs.csv");
  EXPECT_THAT(runs,
              testing::StartsWith("variant,datapath.term_bits,seed,state,test_accuracy_percent,"
                                  "train_loss_nats,folder,exit_code,message\n,8,1,finished,81,0.5,runs/"));
  EXPECT_THAT(file("out/summary.csv"),
              HasSubstr("\nFP32,,2,86.5,0.7071067811865476,86,87,2,0.5,0,0.5,0.5\n"));
  EXPECT_TRUE(fs::exists(root_.path() / "out/plot.svg"));
  EXPECT_THAT(file("out/study.html"), HasSubstr("<td>81.50 \u00b1 0.71</td>"));
}

TEST_F(StudyTest, SecondRunRepeatsNothingAndChangesNothing) {
  run(kTermBits);
  calls();
  const std::string page = file("out/study.html");
  run(kTermBits, "out", 2);  // threads decide no result
  EXPECT_EQ(calls(), 0U);
  EXPECT_EQ(file("out/study.html"), page);
}

TEST_F(StudyTest, MoreValuesRunAlone) {
  run(kTermBits);
  calls();
  run("seeds: [1, 2]\naxes:\n  - key: datapath.term_bits\n    values: [8, 12, 16]\n");
  EXPECT_EQ(calls(), 2U);
}

TEST_F(StudyTest, EqualInputGivesEqualBytesInAnyFolderRunJsonApart) {
  run(kTermBits, "one");
  run(kTermBits, "two");
  for (const char* name : {"study.json", "runs.csv", "summary.csv", "table.md", "study.html", "plot.svg"}) {
    EXPECT_EQ(file(std::string("one/") + name), file(std::string("two/") + name)) << name;
  }
}

TEST_F(StudyTest, AFailingRunEndsAloneAndIsTriedAgain) {
  const std::string study = "seeds: [1]\naxes:\n  - {key: datapath.term_bits, values: [7, 8]}\n";
  try {
    run(study);
    ADD_FAILURE() << "did not tell";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kToolFailed);
    EXPECT_THAT(error.what(), HasSubstr("1 of 2 runs failed"));
  }
  EXPECT_THAT(file("out/table.md"), HasSubstr("| 7 | failed |\n| 8 | 81.00 |\n"));
  EXPECT_THAT(file("out/runs.csv"), HasSubstr(",3,it broke\n"));
  EXPECT_THAT(file("out/study.html"),
              HasSubstr("datapath.term_bits 7, seed 1 failed</strong> (exit code 3)"));
  calls();
  EXPECT_THROW(run(study), Error);
  EXPECT_EQ(calls(), 1U);
}

const std::string kFromStart = "start: {experiment: experiment.yaml, set: {epochs: 1}}\n";

TEST_F(StudyTest, RunsOfASeedStartFromItsTrainedWeights) {
  run(kTermBits + kFromStart);
  EXPECT_EQ(calls(), 2U + 4);
  EXPECT_THAT(file("out/table.md"), HasSubstr("| 16 | 81.50 \u00b1 0.71 |\n"));
  run(kTermBits + kFromStart);
  EXPECT_EQ(calls(), 0U);
}

TEST_F(StudyTest, OtherStartTrainsEveryRunAgain) {
  run(kTermBits + kFromStart);
  calls();
  run(kTermBits + "start: {experiment: experiment.yaml, set: {epochs: 2}}\n");
  EXPECT_EQ(calls(), 2U + 4);
}

TEST_F(StudyTest, WithoutItsStartAStudyEnds) {
  try {
    run(kTermBits + "start: {experiment: experiment.yaml, set: {datapath.term_bits: 7}}\n");
    ADD_FAILURE() << "did not tell";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kToolFailed);
    EXPECT_THAT(error.what(), HasSubstr("start, seed 1 failed: it broke"));
  }
}

TEST_F(StudyTest, TwoSourcesOfWeightsAreRefused) {
  expect_error(kFromStart + "set: {network.weights: w.onnx}\n", "both say where weights come from");
}

TEST_F(StudyTest, AForeignFolderIsRefused) {
  write_file(root_.path() / "out/letter.txt", "dear reader\n");
  EXPECT_THROW(run(kTermBits), InputError);
  EXPECT_THROW(collect_study(root_.path() / "out"), InputError);
  EXPECT_EQ(calls(), 0U);
}

TEST_F(StudyTest, UnknownMetricIsToldWithThoseThatThereAre) {
  try {
    run("seeds: [1]\nmetrics: [test_accuracy]\n");
    ADD_FAILURE() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no run has a number 'test_accuracy'"));
    EXPECT_THAT(error.what(), HasSubstr("there are: test_accuracy_percent train_loss"));
  }
}

TEST_F(StudyTest, ChartHasACurveAVariantAndALevelAReference) {
  run("seeds: [1, 2]\nvariants:\n  - {name: a}\n  - {name: b, set: {epochs: 3}}\n"
      "axes:\n  - {key: batch, values: [64, 32], title: Batch}\n  - {key: update.bits, values: [16, 12]}\n"
      "references:\n  - {name: FP32, set: {design: fp32.yaml}}\n");
  const Chart chart = study_chart(collect_study(root_.path() / "out"));
  std::vector<std::string> names;
  for (const ChartSeries& series : chart.series) names.push_back(series.name);
  EXPECT_THAT(names, ElementsAre("a, update.bits 16", "a, update.bits 12", "b, update.bits 16",
                                 "b, update.bits 12", "FP32"));
  EXPECT_EQ(chart.x.title, "Batch");
  for (const ChartSeries& series : chart.series) {
    ASSERT_EQ(series.points.size(), 2U);
    EXPECT_EQ(series.points[0].x, 32);  // in the order of the axis, whatever the file's
    EXPECT_EQ(series.points[1].x, 64);
    EXPECT_EQ(series.points[0].low + 1, series.points[0].high);
  }
  EXPECT_EQ(chart.series.back().points[0].y, 86.5);
}

TEST(StudySpread, IsThatOfASample) {
  const Spread spread = spread_of({1, 2, 6});
  EXPECT_EQ(spread.count, 3);
  EXPECT_DOUBLE_EQ(spread.mean, 3);
  EXPECT_DOUBLE_EQ(spread.deviation, std::sqrt(7.0));
  EXPECT_EQ(spread.min, 1);
  EXPECT_EQ(spread.max, 6);
  EXPECT_EQ(spread_of({4}).deviation, 0);
}

TEST(StudySchema, GeneratedFilesAreCurrent) {
  EXPECT_EQ(read_file(kSource / "configs/schema/study.schema.json"), config::json_schema(study_schema()))
      << "run: napier explain --schema study > configs/schema/study.schema.json";
  EXPECT_THAT(read_file(kSource / "docs/formats/study.md"),
              HasSubstr("\n\n" + config::markdown_table(study_schema()) + "\n"))
      << "replace the table by the output of: napier explain --table study";
}

TEST(StudyConfigs, EveryStudyReadsAndSaysWhatItShows) {
  for (const auto& entry : fs::directory_iterator(kSource / "configs/studies")) {
    EXPECT_THAT(read_file(entry.path()), testing::StartsWith("# ")) << entry.path();
    const LoadedStudy loaded = read_study(entry.path());
    EXPECT_EQ(loaded.study.name, entry.path().stem()) << entry.path();
  }
}

}  // namespace
}  // namespace napier::explore

#include "explore/run_sweep.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "explore/collect.hpp"
#include "explore/report/report.hpp"
#include "models/base/error.hpp"
#include "models/data/dataset.hpp"
#include "tests/explore/fake_stages.hpp"

namespace napier::explore {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class RunSweep : public testing::Test {
 protected:
  RunSweep() {
    fs::copy_file(fs::path(NAPIER_SOURCE_DIR) / "tests/explore/fake_napier.sh", program_);
    write_file(root_.path() / "experiment.yaml", "name: e\ndesign: a.yaml\ndataset: {folder: data}\n");
    for (const fs::path& file : dataset_files(root_.path() / "data")) write_file(file, "samples\n");
    design("a", "");
    design("b", "");
    write_file(root_.path() / "fp32.yaml", "name: fp32\nformat: {kind: fp32}\nupdate: {kind: host}\n");
    write_file(root_.path() / "sweep.yaml",
               "name: s\nexperiment: experiment.yaml\ndesigns: [a.yaml, b.yaml]\nreference: fp32.yaml\n");
  }

  void design(const std::string& name, const std::string& comment) const {
    write_file(root_.path() / (name + ".yaml"), "name: " + name + "\n# " + comment + "\n");
  }

  void run(const std::string& out = "out") const {
    run_sweep({root_.path() / "sweep.yaml", root_.path() / out, program_, "test", 2});
  }

  /// Verbs called so far, and forgotten.
  std::size_t calls() const {
    const fs::path file = root_.path() / "calls";
    if (!fs::exists(file)) return 0;
    const std::string text = read_file(file);
    fs::remove(file);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  std::string read(const std::string& file) const { return read_file(root_.path() / file); }

  Scratch root_;
  fs::path program_ = root_.path() / "napier";
};

TEST_F(RunSweep, GathersEveryStage) {
  run();
  EXPECT_EQ(calls(), 9U);
  EXPECT_THAT(read("out/results.csv"),
              HasSubstr("\na,86.25,40.0,0.5,3.0,120.0,9.5,64000.0,1000.0,1000.0,50.0,5000.0,400.0,true,\n"));
  const Results results = collect_results(root_.path() / "out");
  ASSERT_EQ(results.designs.size(), 2U);
  const DesignReport& a = results.designs[0];
  EXPECT_THAT(a.accuracy_by_epoch, ElementsAre(81.5, 86.25));
  EXPECT_THAT(a.cycles_by_cause, ElementsAre(Pair("busy", 900), Pair("drain", 100)));
  EXPECT_THAT(a.area_by_unit,
              ElementsAre(Pair("vector_lanes", 0.5), Pair("bin_adder_tree", 1.5), Pair("sequencer", 1)));
  EXPECT_THAT(a.energy_per_mac_by_unit,
              ElementsAre(Pair("vector_lanes", 10), Pair("bin_adder_tree", 20), Pair("madam_update", 10)));
  ASSERT_TRUE(results.reference.has_value());
  EXPECT_EQ(results.reference->test_accuracy_percent, 86.25);
  EXPECT_THAT(results.not_included, ElementsAre("SRAM"));
}

TEST_F(RunSweep, SecondRunRepeatsNothingAndChangesNothing) {
  run();
  calls();
  const std::string report = read("out/report.html");
  run();
  EXPECT_EQ(calls(), 0U);
  EXPECT_EQ(read("out/report.html"), report);
}

TEST_F(RunSweep, EditedDesignRunsAgainAlone) {
  run();
  calls();
  design("b", "edited");
  run();
  EXPECT_EQ(calls(), 4U);
}

TEST_F(RunSweep, OtherDataTrainsEveryDesignAgain) {
  for (const fs::path& file : dataset_files(root_.path() / "data")) {
    run();
    calls();
    write_file(file, "other samples\n");
    run();
    // Training runs again, also of the reference. The made-up traces are those of before, yet what stood on
    // them is not taken for granted.
    EXPECT_EQ(calls(), 9U) << file;
  }
}

TEST_F(RunSweep, MissingDataIsToldBeforeAnythingRuns) {
  fs::remove(root_.path() / "data/t10k-labels-idx1-ubyte.gz");
  EXPECT_THROW(run(), InputError);
  EXPECT_EQ(calls(), 0U);
}

TEST_F(RunSweep, EqualInputGivesEqualBytesInAnyFolderRunJsonApart) {
  run("one");
  run("two");
  for (const char* file : {"results.csv", "results.json", "report.html", "sweep.json"}) {
    EXPECT_EQ(read(std::string("one/") + file), read(std::string("two/") + file)) << file;
  }
  EXPECT_THAT(read("one/run.json"), HasSubstr("wall_seconds"));
}

TEST_F(RunSweep, FailureIsIsolatedRecordedAndTriedAgain) {
  design("a", "broken_verify exits 1");
  try {
    run();
    ADD_FAILURE() << "a failed design went unnoticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kMismatch);
    EXPECT_THAT(error.what(), HasSubstr("these designs failed: a; "));
  }
  EXPECT_THAT(read("out/results.csv"), HasSubstr("\na,86.25,,,,,,64000.0,1000.0,,50.0,,,false,verify\n"));
  EXPECT_THAT(read("out/results.csv"), HasSubstr("\nb,86.25,40.0,"));
  EXPECT_THAT(read("out/report.html"),
              HasSubstr("<strong>a failed at verify</strong> (exit code 1): verify broke"));
  calls();
  EXPECT_THROW(run(), Error);
  EXPECT_EQ(calls(), 1U);  // verify of a, and nothing else
}

TEST_F(RunSweep, MissingToolHasItsOwnExitCodeAndAMismatchIsGraver) {
  design("a", "broken_synth exits 3");
  try {
    run();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kToolFailed);
  }
  design("b", "broken_sim exits 1");
  try {
    run();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kMismatch);
  }
}

TEST_F(RunSweep, LaterStagesOfAFailedRerunShowNoOldNumbers) {
  run();
  design("a", "broken_train exits 2");
  EXPECT_THROW(run(), Error);
  EXPECT_THAT(read("out/results.csv"), HasSubstr("\na,,,,,,,,,,,,,false,train\n"));
}

TEST_F(RunSweep, ForeignFolderIsRefused) {
  write_file(root_.path() / "out/thesis.tex", "mine");
  EXPECT_THROW(run(), InputError);
  EXPECT_EQ(calls(), 0U);
  EXPECT_EQ(read("out/thesis.tex"), "mine");
}

TEST_F(RunSweep, UnwritableFolderIsRefused) {
  write_file(root_.path() / "file", "");
  EXPECT_THROW(run("file/out"), InputError);
  EXPECT_EQ(calls(), 0U);
}

TEST_F(RunSweep, MissingKeyFailsItsDesignAlone) {
  run();
  write_file(root_.path() / "out/designs/a/verify/verify.json", "{\"systemc_cycles\": 1000}");
  const Results results = collect_results(root_.path() / "out");
  const StageReport* failure = results.designs[0].failure();
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->name, "verify");
  EXPECT_EQ(failure->exit_code, 2);
  EXPECT_THAT(failure->message, HasSubstr("verify/verify.json': key 'verilog_cycles' is missing"));
  EXPECT_THAT(results_csv(results), HasSubstr("\na,86.25,,,,,,64000.0,1000.0,,50.0,,,false,verify\n"));
  EXPECT_THAT(results_csv(results), HasSubstr("\nb,86.25,40.0,"));
  EXPECT_THROW(require_all_held(results, root_.path() / "out"), Error);
}

TEST_F(RunSweep, HalfReadStageLeavesNoNumbers) {
  run();
  std::string synth = read("out/designs/a/synth/synth.json");
  synth.replace(synth.find("not_included"), 12, "other_names_");
  write_file(root_.path() / "out/designs/a/synth/synth.json", synth);
  const Results results = collect_results(root_.path() / "out");
  EXPECT_FALSE(results.designs[0].value("area_mm2").has_value());
  EXPECT_TRUE(results.designs[0].area_by_unit.empty());
  EXPECT_THAT(results.not_included, ElementsAre("SRAM"));  // of b
}

TEST_F(RunSweep, MissingKeyOfTheReferenceLeavesTheDesigns) {
  run();
  write_file(root_.path() / "out/designs/fp32/train/stats.json", "[]");
  const Results results = collect_results(root_.path() / "out");
  EXPECT_EQ(results.reference->stage.state, "failed");
  EXPECT_FALSE(results.reference->test_accuracy_percent.has_value());
  EXPECT_EQ(results.designs[0].failure(), nullptr);
  EXPECT_THAT(report_html(results), HasSubstr("<strong>fp32 failed at train</strong>"));
}

TEST_F(RunSweep, OtherCycleCountInVerifyThanInSimFailsItsDesignAloneAndIsTriedAgain) {
  design("a", "miscounts");
  for (int i = 0; i < 2; ++i) {
    try {
      run();
      ADD_FAILURE() << "a mismatch went unnoticed";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kMismatch);
    }
    EXPECT_EQ(calls(), i == 0 ? 9U : 2U);  // verify of a again, and what stands on it
    EXPECT_THAT(read("out/results.csv"), HasSubstr("\na,86.25,,,,,,64000.0,1000.0,,50.0,,,false,verify\n"));
    EXPECT_THAT(read("out/results.csv"), HasSubstr("\nb,86.25,40.0,"));
    EXPECT_THAT(
        read("out/report.html"),
        HasSubstr("<strong>a failed at verify</strong> (exit code 1): napier verify counted 999 cycles "
                  "of the SystemC model, napier sim 1000"));
  }
}

TEST_F(RunSweep, ReportIsMadeAgainFromTheFolderAlone) {
  run();
  const std::string report = read("out/report.html");
  fs::remove(root_.path() / "out/report.html");
  fs::remove(root_.path() / "sweep.yaml");
  fs::rename(root_.path() / "out", root_.path() / "moved");
  write_results(collect_results(root_.path() / "moved"), root_.path() / "moved");
  EXPECT_EQ(read("moved/report.html"), report);
}

}  // namespace
}  // namespace napier::explore

// What every verb does with bad input: its exit code, a message with the place and the remedy, and nothing
// half-written.
#include <gmock/gmock.h>

#include <array>
#include <filesystem>

#include "models/design/design_file.hpp"
#include "models/trace/reference.hpp"
#include "tests/cli/workplace.hpp"

namespace napier::cli {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

/// A command that must fail, and what its message must hold.
struct BadInput {
  std::string name;
  Words arguments;
  Words message;
};

void PrintTo(const BadInput& bad, std::ostream* out) { *out << bad.name; }

struct Fault {
  std::string name, file;
  Words message;
};

const std::vector<Fault> kDesignFaults = {
    {"MissingFile", "nowhere.yaml", {"cannot read 'nowhere.yaml'", "check the path"}},
    {"UnknownKey", "unknown.yaml", {"unknown.yaml:2:3", "datapath.lanez", "did you mean 'datapath.lanes'"}},
    {"OutOfRange", "range.yaml", {"range.yaml:2:10", "datapath.lanes", "100000", "legal is 1..256"}},
    {"ContradictoryWidths", "widths.yaml", {"widths.yaml:4:9", "update.bits", "write at least 8"}},
};

const std::vector<Fault> kTraceFaults = {
    {"MissingTrace", "nowhere.h5", {"nowhere.h5", "check the path"}},
    {"ForeignTrace", "foreign.h5", {"foreign.h5", "not a Napier trace", "napier train"}},
    {"TruncatedTrace", "cut.h5", {"cut.h5", "truncated", "write it again"}},
};

const std::vector<Fault> kOutputFaults = {
    {"FolderBelowAFile", "letter.txt/out", {"letter.txt/out", "choose a folder that you may write to"}},
    {"FolderThatCannotBeMade", "/proc/napier", {"/proc/napier", "choose a folder that you may write to"}},
    {"ForeignFolder", "foreign", {"'foreign'", "choose a new or empty folder"}},
    {"FolderOfAnotherVerb", "other_verb", {"'other_verb'", "belongs to 'napier bench'", "choose another"}},
};

std::vector<BadInput> all() {
  std::vector<BadInput> table;
  for (const std::string verb : {"sim", "rtl", "synth"}) {
    for (const Fault& f : kDesignFaults) {
      table.push_back({verb + f.name, {verb, f.file, "--trace", "t.h5", "-o", "out"}, f.message});
    }
    for (const Fault& f : kTraceFaults) {
      table.push_back({verb + f.name, {verb, "d.yaml", "--trace", f.file, "-o", "out"}, f.message});
    }
    for (const Fault& f : kOutputFaults) {
      table.push_back({verb + f.name, {verb, "d.yaml", "--trace", "t.h5", "-o", f.file}, f.message});
    }
    table.push_back({verb + "TraceOfAnotherDesign",
                     {verb, "other.yaml", "--trace", "t.h5", "-o", "out"},
                     {"pipeline.reduce is 1 in the trace and 2 in design", "train with this design"}});
  }
  for (const Fault& f : kTraceFaults) table.push_back({"trace" + f.name, {"trace", f.file}, f.message});
  for (const Fault& f : kDesignFaults) {
    table.push_back({"train" + f.name, {"train", "e.yaml", "--design", f.file, "-o", "out"}, f.message});
  }
  for (const Fault& f : kOutputFaults) {
    table.push_back({"train" + f.name, {"train", "e.yaml", "-o", f.file}, f.message});
    table.push_back({"sweep" + f.name, {"sweep", "s.yaml", "-o", f.file}, f.message});
  }
  const auto train = [&](const std::string& name, const std::string& file, const Words& message) {
    table.push_back({"train" + name, {"train", file, "-o", "out"}, message});
  };
  train("MissingExperiment", "nowhere.yaml", {"cannot read 'nowhere.yaml'", "check the path"});
  train("MissingDataset", "e_dataset.yaml",
        {"e_dataset.yaml:4:11", "dataset.folder", "apt-get install dataset-fashion-mnist"});
  train("UnknownExperimentKey", "e_unknown.yaml", {"e_unknown.yaml:3:1", "batchh", "did you mean 'batch'"});
  train("BatchOutOfRange", "e_range.yaml", {"e_range.yaml:3:8", "batch", "legal is 1..65536"});
  train("NetworkThatDoesNotFitTheDataset", "e_network.yaml", {"network.layers", "784 pixels"});
  table.push_back({"trainUnwritableTrace",
                   {"train", "e.yaml", "--trace", "letter.txt/t.h5", "-o", "out"},
                   {"letter.txt", "choose a folder that you may write to"}});
  table.push_back({"simUnwritableVcd",
                   {"sim", "d.yaml", "--trace", "t.h5", "--vcd", "letter.txt/w.vcd", "-o", "out"},
                   {"letter.txt/w.vcd", "choose a folder that can be written"}});
  const auto sweep = [&](const std::string& name, const std::string& file, const Words& message) {
    table.push_back({"sweep" + name, {"sweep", file, "-o", "out"}, message});
  };
  sweep("MissingFile", "nowhere.yaml", {"cannot read 'nowhere.yaml'", "check the path"});
  sweep("UnknownKey", "s_unknown.yaml", {"s_unknown.yaml:2:1", "did you mean 'experiment'"});
  sweep("MissingExperiment", "s_experiment.yaml", {"s_experiment.yaml:2:13", "nowhere.yaml", "no file"});
  sweep("MissingDesign", "s_design.yaml", {"s_design.yaml:3:10", "nowhere.yaml", "no file"});
  sweep("BadDesign", "s_unknown_design.yaml", {"unknown.yaml:2:3", "datapath.lanez"});
  table.push_back({"reportMissingFolder", {"report", "nowhere"}, {"'nowhere'", "napier sweep ... -o"}});
  table.push_back({"reportForeignFolder", {"report", "foreign"}, {"'foreign'", "napier sweep ... -o"}});
  table.push_back({"explainUnknownKey", {"explain", "datapath.lanez"}, {"did you mean 'datapath.lanes'"}});
  table.push_back({"explainUnknownSchema", {"explain", "--schema", "desing"}, {"did you mean 'design'"}});
  return table;
}

class BadInputTest : public testing::TestWithParam<BadInput> {
 protected:
  BadInputTest() {
    constexpr std::array<Shape, 1> kShapes = {{{9, 5, 7}}};
    workplace_.add_trace(kShapes);
    Design other = workplace_.design;
    other.pipeline.reduce = 2;
    const std::string trace = read_file(workplace_ / "t.h5");
    const test::Listing files = {
        {"other.yaml", resolved_yaml(other)},
        {"unknown.yaml", "datapath:\n  lanez: 8\n"},
        {"range.yaml", "datapath:\n  lanes: 100000\n"},
        {"widths.yaml", "format:\n  bits: 8\nupdate:\n  bits: 7\n"},
        {"foreign.h5", "no trace"},
        {"cut.h5", trace.substr(0, trace.size() / 2)},
        {"letter.txt", "mine"},
        {"foreign/letter.txt", "mine"},
        {"other_verb/.napier", "bench\n"},
        {"e_dataset.yaml", "design: d.yaml\nbatch: 25\ndataset:\n  folder: nowhere\n"},
        {"e_unknown.yaml", "name: e\ndesign: d.yaml\nbatchh: 25\n"},
        {"e_range.yaml", "name: e\ndesign: d.yaml\nbatch: 0\n"},
        {"e_network.yaml", "design: d.yaml\nnetwork:\n  layers: [100, 16, 10]\ntrace:\n  layers: [0]\n"},
        {"s.yaml", "name: s\nexperiment: e.yaml\ndesigns: [d.yaml]\n"},
        {"s_unknown.yaml", "name: s\nexperimnt: e.yaml\ndesigns: [d.yaml]\n"},
        {"s_experiment.yaml", "name: s\nexperiment: nowhere.yaml\ndesigns: [d.yaml]\n"},
        {"s_design.yaml", "name: s\nexperiment: e.yaml\ndesigns: [nowhere.yaml]\n"},
        {"s_unknown_design.yaml", "name: s\nexperiment: e.yaml\ndesigns: [unknown.yaml]\n"},
    };
    for (const auto& [name, content] : files) write_file(workplace_ / name, content);
  }
  Workplace workplace_;
};

TEST_P(BadInputTest, IsRefusedWithPlaceAndRemedyAndNothingIsWritten) {
  const test::Listing before = workplace_.files();
  const test::Ending result = workplace_.run(GetParam().arguments);
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(result.err, testing::StartsWith("napier: "));
  for (const std::string& text : GetParam().message) EXPECT_THAT(result.err, HasSubstr(text));
  test::Listing after = workplace_.files();
  after.erase("out/.napier");  // the folder may have been opened
  EXPECT_EQ(after, before);
}

INSTANTIATE_TEST_SUITE_P(All, BadInputTest, testing::ValuesIn(all()),
                         [](const auto& test) { return test.param.name; });

TEST(MissingTool, SynthNamesThePackageOfYosys) {
  Workplace workplace;
  const test::Ending result = workplace.run({"synth", "d.yaml", "-o", "out"}, {.path = "/nonexistent"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("'yosys' is not on PATH; install it with: apt-get install yosys"));
  EXPECT_FALSE(std::filesystem::exists(workplace / "out/synth.json"));
}

TEST(MissingTool, SweepReportsTheDesignThatFailed) {
  Workplace workplace;
  write_file(workplace / "s.yaml", "name: s\nexperiment: e.yaml\ndesigns: [d.yaml]\n");
  const test::Ending result = workplace.run({"sweep", "s.yaml", "-o", "out"}, {.path = "/nonexistent"});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.err, HasSubstr("apt-get install verilator"));
  EXPECT_THAT(read_file(workplace / "out/report.html"), HasSubstr("apt-get install verilator"));
}

TEST(FullStandardOutput, IsNoticed) {
  Workplace workplace;
  const test::Ending result =
      test::run_program({"/bin/sh", "-c", "exec " NAPIER_BINARY " explain > /dev/full"}, {});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("standard output"));
}

}  // namespace
}  // namespace napier::cli

#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>

#include "tests/cli/run_napier.hpp"

namespace napier::cli {
namespace {

using testing::HasSubstr;

TEST(Explain, ListsTheGroups) {
  const Output result = run_napier({"explain"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.text, HasSubstr("  datapath        Vector lanes: multiply, convert, sum, accumulate\n"));
}

TEST(Explain, ShowsAGroup) {
  const Output result = run_napier({"explain", "collector"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.text,
            "collector: Accumulation collector of each lane\n"
            "  key                default  legal            meaning\n"
            "  collector.entries  16       1..1024 entries  Partial sums a lane holds: B vectors streamed "
            "past one A "
            "tile\n");
}

TEST(Explain, ShowsAKey) {
  const Output result = run_napier({"explain", "datapath.term_bits"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.text,
            "datapath.term_bits: F: bits of a product's integer term below the top octave\n"
            "  type     integer\n  unit     bits\n  default  16\n  legal    2..30 bits\n");
}

TEST(Explain, SuggestsTheNearestKey) {
  const Output result = run_napier({"explain", "datapath.term_bit"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.text,
            "napier: no configuration key 'datapath.term_bit'; did you mean 'datapath.term_bits'?\n");
}

TEST(Explain, RefusesWhatIsLikeNothing) {
  const Output result = run_napier({"explain", "qqqqqqqqqqqqqqqqqqqqqqqqq"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("run 'napier explain' for the list of groups"));
}

TEST(Explain, PrintsTheJsonSchema) {
  const Output result = run_napier({"explain", "--schema", "design"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.text,
              testing::StartsWith("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\""));
}

TEST(Explain, EverySchemaFileIsWhatTheProgramPrints) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(NAPIER_SOURCE_DIR "/configs/schema")) {
    const std::string name = entry.path().stem().stem().string();  // design.schema.json
    const Output result = run_napier({"explain", "--schema", name});
    EXPECT_EQ(result.exit_code, 0) << entry.path();
    EXPECT_EQ(result.text, read_file(entry.path())) << "run: napier explain --schema " << name;
    ++count;
  }
  EXPECT_GE(count, 1);
}

TEST(Explain, EveryKindOfFileHasASchemaFile) {
  const std::string message = run_napier({"explain", "--schema", "?"}).text;
  std::istringstream names(message.substr(message.find("there are:") + 10));
  for (std::string name; names >> name;) {
    EXPECT_TRUE(std::filesystem::exists(NAPIER_SOURCE_DIR "/configs/schema/" + name + ".schema.json"))
        << "run: napier explain --schema " << name << " > configs/schema/" << name << ".schema.json";
  }
}

TEST(Explain, RefusesUnknownKindsOfFile) {
  const Output result = run_napier({"explain", "--schema", "desing"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("no kind of configuration file 'desing'; there are: design"));
  EXPECT_THAT(result.text, HasSubstr("did you mean 'design'?"));
}

TEST(Explain, RefusesTwoQuestionsAtOnce) {
  EXPECT_EQ(run_napier({"explain", "datapath", "--schema", "design"}).exit_code, 2);
}

}  // namespace
}  // namespace napier::cli

// Technology files: the default one, and what is said of bad ones.
#include "cost/technology.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/config/explain.hpp"
#include "models/config/json_schema.hpp"
#include "tests/support/temporary_folder.hpp"

namespace napier::cost {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TechnologyFile : public testing::Test {
 protected:
  void SetUp() override {
    text_ = read_file(fs::path(NAPIER_SOURCE_DIR) / "configs/technologies/osu018.yaml");
  }
  std::string error_of(const std::string& from, const std::string& to) {
    std::string text = text_;
    text.replace(text.find(from), from.size(), to);
    write_file(folder_ / "t.yaml", text);
    try {
      read_technology(folder_ / "t.yaml");
    } catch (const InputError& e) {
      return e.what();
    }
    return "no error";
  }

  const napier::test::TemporaryFolder temporary_;
  const fs::path& folder_ = temporary_.path();
  std::string text_;
};

TEST_F(TechnologyFile, DefaultIsTheShippedFile) {
  const Technology shipped =
      read_technology(fs::path(NAPIER_SOURCE_DIR) / "configs/technologies/osu018.yaml");
  EXPECT_EQ(digest(shipped), digest(default_technology()));
  EXPECT_EQ(shipped.full_adder.cell, "FAX1");
  EXPECT_EQ(shipped.package, "qflow-tech-osu018");
}

TEST_F(TechnologyFile, AMissingLibraryNamesItsPackage) {
  const std::string error = error_of("/usr/share/qflow/tech/osu018/osu018_stdcells.lib", "nowhere.lib");
  EXPECT_THAT(error, HasSubstr("t.yaml:5:"));
  EXPECT_THAT(error, HasSubstr("nowhere.lib' is not there"));
  EXPECT_THAT(error, HasSubstr("apt-get install qflow-tech-osu018"));
}

TEST_F(TechnologyFile, BadKeysAndValuesAreNamed) {
  EXPECT_THAT(error_of("wire_ff:", "wire_fF:"), HasSubstr("wire_ff"));
  EXPECT_THAT(error_of("wire_ff: 5", "wire_ff: -5"), HasSubstr("wire_ff"));
  EXPECT_THAT(error_of("nand2: NAND2X1\n", ""), HasSubstr("nand2"));
  EXPECT_THAT(error_of("  carry: YC\n", ""), HasSubstr("full_adder needs"));
}

TEST_F(TechnologyFile, DigestFollowsEveryValue) {
  Technology t = default_technology();
  const std::string before = digest(t);
  t.wire_ff += 1;
  EXPECT_NE(digest(t), before);
}

TEST_F(TechnologyFile, SchemaFileFollowsTheDeclarations) {
  EXPECT_EQ(read_file(fs::path(NAPIER_SOURCE_DIR) / "configs/schema/technology.schema.json"),
            config::json_schema(technology_schema()))
      << "run: napier explain --schema technology > configs/schema/technology.schema.json";
}

TEST_F(TechnologyFile, TableInTheDocsFollowsTheDeclarations) {
  EXPECT_THAT(read_file(fs::path(NAPIER_SOURCE_DIR) / "docs/formats/technology.md"),
              HasSubstr("\n\n" + config::markdown_table(technology_schema())))
      << "replace the table by the output of: napier explain --table technology";
}

}  // namespace
}  // namespace napier::cost

#include "rtl-gen/text/template.hpp"

#include <gtest/gtest.h>

#include "models/base/error.hpp"
#include "rtl-gen/text/registers.hpp"

namespace napier::rtl {
namespace {

TEST(Template, SubstitutesWithinALine) {
  EXPECT_EQ(expand("logic [${w}-1:0] ${n};\n", {{"w", "8"}, {"n", "x"}}), "logic [8-1:0] x;\n");
}

TEST(Template, IndentsEachLineOfABlock) {
  EXPECT_EQ(expand("begin\n  ${body}\nend\n", {{"body", "a;\n\nb;\n"}}), "begin\n  a;\n\n  b;\nend\n");
}

TEST(Template, AnEmptyBlockVanishes) {
  EXPECT_EQ(expand("begin\n  ${body}\nend\n", {{"body", ""}}), "begin\nend\n");
}

TEST(Template, ConditionsNest) {
  const std::string text = "%if a\nA\n%if !b\nnot B\n%else\nB\n%end\n%else\nnot A\n%end\n";
  EXPECT_EQ(expand(text, {{"a", "1"}, {"b", "0"}}), "A\nnot B\n");
  EXPECT_EQ(expand(text, {{"a", "1"}, {"b", "2"}}), "A\nB\n");
  EXPECT_EQ(expand(text, {{"a", ""}, {"b", "2"}}), "not A\n");
}

TEST(Template, RefusesUnknownNamesAndOpenConditions) {
  EXPECT_THROW(expand("${x}\n", {}), InternalError);
  EXPECT_THROW(expand("%if x\n%end\n", {}), InternalError);
  EXPECT_THROW(expand("%if x\n", {{"x", "1"}}), InternalError);
  EXPECT_THROW(expand("%end\n", {}), InternalError);
  EXPECT_THROW(expand("a ${x\n", {{"x", "1"}}), InternalError);
}

TEST(Registers, NoneIsAWire) {
  EXPECT_EQ(pipeline_registers("the sum", {{"W", "sum", "sum_q"}}, 0, 0), "assign sum_q = sum;\n");
}

TEST(Registers, EachStageHasItsEnable) {
  EXPECT_EQ(pipeline_registers("the sum", {{"W", "sum", "sum_q"}}, 2, 1),
            "// Register: the sum.\n"
            "logic [W-1:0] sum_stage1;\n"
            "always_ff @(posedge clk_i) begin\n"
            "  if (stage_en_i[1]) begin\n"
            "    sum_stage1 <= sum;\n"
            "  end\n"
            "  if (stage_en_i[2]) begin\n"
            "    sum_q <= sum_stage1;\n"
            "  end\n"
            "end\n");
}

}  // namespace
}  // namespace napier::rtl

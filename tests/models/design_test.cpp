#include <gmock/gmock.h>

#include <filesystem>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/config/explain.hpp"
#include "models/config/json_schema.hpp"
#include "models/design/design_file.hpp"

namespace napier {
namespace {

const std::filesystem::path kSource = NAPIER_SOURCE_DIR;

std::string error_of(const std::string& text) {
  try {
    parse_design(text, "d.yaml");
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(Design, EveryShippedDesignIsLegalAndNamedAfterItsFile) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "configs/designs")) {
    const Design design = read_design(entry.path());
    EXPECT_EQ(design.name, entry.path().stem().string());
    const std::string text = resolved_yaml(design);
    EXPECT_EQ(resolved_yaml(parse_design(text, "resolved")), text);
    ++count;
  }
  EXPECT_EQ(count, 21);
}

TEST(Design, TinyDesignsCalculateAsTheirLargeOnes) {
  for (const std::string name : {"lns8_paper", "lns8_lean", "int8", "fp8_e4m3", "fp8_e5m2"}) {
    Design tiny = read_design(kSource / "configs/designs" / (name + "_tiny.yaml"));
    const Design large = read_design(kSource / "configs/designs" / (name + ".yaml"));
    EXPECT_NE(design_digest(tiny), design_digest(large));
    tiny.name = large.name;
    tiny.datapath.lanes = large.datapath.lanes;
    tiny.datapath.vector = large.datapath.vector;
    tiny.collector = large.collector;
    tiny.buffers = large.buffers;
    tiny.post_processor.lanes = large.post_processor.lanes;
    tiny.update.lanes = large.update.lanes;
    EXPECT_EQ(design_digest(tiny), design_digest(large));
  }
}

TEST(Design, EveryParameterReachesItsMember) {
  // A parameter bound to a neighbour's member would not come back from its own text.
  const config::Record& root = design_schema().root;
  for (const auto& group : root.parameters) {
    if (!group->record) continue;
    for (const auto& p : group->record->parameters) {
      Design design;
      const std::string before = resolved_yaml(design);
      config::Node changed = config::scalar("3");
      if (p->value.type == config::Type::kChoice) changed = config::scalar(p->value.options.back().name);
      if (p->value.type == config::Type::kBoolean) {
        changed = config::scalar(p->default_value.text == "true" ? "false" : "true");
      }
      p->store(group->member(&design), changed);
      const std::string after = resolved_yaml(design);
      if (p->default_value.text == changed.text) continue;
      EXPECT_NE(before, after) << p->key;
      EXPECT_THAT(after, testing::HasSubstr("  " + p->name + ": " + changed.text + "\n")) << p->key;
    }
  }
}

TEST(Design, HardwareRefusesBaselinesWithoutIt) {
  for (const std::string name : {"fp32", "fp16", "bf16", "mxfp8", "mxfp4", "nvfp4"}) {
    try {
      require_hardware(read_design(kSource / "configs/designs" / (name + ".yaml")));
      FAIL() << name;
    } catch (const InputError& e) {
      EXPECT_EQ(std::string(e.what()),
                "design '" + name + "' has format.kind " + name +
                    ", a training baseline without hardware; choose a design with format.kind lns, "
                    "int8, fp8_e4m3 or fp8_e5m2");
    }
  }
  for (const std::string name : {"int8", "fp8_e4m3", "fp8_e5m2"}) {
    EXPECT_NO_THROW(require_hardware(read_design(kSource / "configs/designs" / (name + ".yaml"))));
  }
}

struct BadDesign {
  std::string text, message;
};

class DesignErrors : public testing::TestWithParam<BadDesign> {};

TEST_P(DesignErrors, NamePlaceKeyAndRemedy) { EXPECT_EQ(error_of(GetParam().text), GetParam().message); }

INSTANTIATE_TEST_SUITE_P(
    Contradictions, DesignErrors,
    testing::Values(
        BadDesign{"datapath:\n  term_bit: 16\n",
                  "d.yaml:2:3: key 'datapath.term_bit' is unknown; did you mean 'datapath.term_bits'?"},
        BadDesign{"datapath:\n  term_bits: 31\n",
                  "d.yaml:2:14: key 'datapath.term_bits' is out of range: 31; legal is 2..30 bits"},
        BadDesign{"format: {kind: fp8}\n",
                  "d.yaml:1:16: key 'format.kind' has no choice 'fp8'; supported: lns | int8 | fp32 | fp16 | "
                  "bf16 | fp8_e4m3 | fp8_e5m2 | mxfp8 | mxfp4 | nvfp4; did you mean 'fp32'?"},
        BadDesign{"format: {kind: bf16}\nupdate: {kind: integer_madam}\n",
                  "d.yaml:2:16: format.kind bf16 keeps its weights on the host; write update.kind host"},
        BadDesign{"format: {kind: bf16}\nupdate: {kind: host}\ndatapath: {term_bits: 12}\n",
                  "d.yaml:3:23: key 'datapath.term_bits' means nothing in this design (format.kind is bf16); "
                  "remove it, or keep its default 16"},
        BadDesign{"format: {kind: mxfp4}\nupdate: {kind: host}\ndatapath: {vector: 16}\n",
                  "d.yaml:3:20: key 'datapath.vector' means nothing in this design (format.kind is mxfp4); "
                  "remove it, or keep its default 32"},
        BadDesign{"format: {kind: nvfp4, scale_rule: current, scale_margin: 2}\nupdate: {kind: host}\n",
                  "d.yaml:1:58: key 'format.scale_margin' means nothing in this design (format.scale_rule is "
                  "current); remove it, or keep its default 1"},
        BadDesign{"format: {kind: fp16}\nupdate: {kind: host}\ndatapath: {vector: 24}\n",
                  "d.yaml:3:20: datapath.vector 24 is no power of two; write 16 or 32"},
        BadDesign{"update: {master: bf16}\n",
                  "d.yaml:1:18: key 'update.master' means nothing in this design (update.kind is madam); "
                  "remove it, or keep its default fp32"},
        BadDesign{
            "update: {kind: host, master: bf16, master_rounding: kahan, seed: 2}\n",
            "d.yaml:1:66: key 'update.seed' means nothing in this design (update.master_rounding is not "
            "stochastic); remove it, or keep its default 1"},
        BadDesign{"update: {kind: host, master_rounding: kahan}\n",
                  "d.yaml:1:39: key 'update.master_rounding' means nothing in this design (update.master is "
                  "fp32); remove it, or keep its default nearest"},
        BadDesign{"name: 8\n", "d.yaml:1:7: key 'name' must be text, got '8'; write it in quotes: \"8\""},
        BadDesign{
            "name: a/b\n",
            "d.yaml:1:7: name 'a/b' is not usable in file and module names; write a letter, then up to 63 "
            "letters, digits, _ or -"},
        BadDesign{"format: {bits: 5, gamma_log2: 4}\ndatapath: {lut_bits: 0}\n",
                  "d.yaml:1:31: format.gamma_log2 4 leaves less than one octave of range in format.bits 5; "
                  "it may be "
                  "at most 3"},
        BadDesign{"datapath:\n  lut_bits: 4\n",
                  "d.yaml:2:13: datapath.lut_bits 4 is above format.gamma_log2 3, the number of remainder "
                  "bits; write "
                  "at most 3"},
        BadDesign{"format:\n  gamma_log2: 2\n",
                  "d.yaml: datapath.lut_bits 3 is above format.gamma_log2 2, the number of remainder bits; "
                  "write at "
                  "most 2"},
        BadDesign{"format: {bits: 5, gamma_log2: 3}\ndatapath:\n  term_bits: 7\n",
                  "d.yaml:3:14: datapath.term_bits 7 is finer than the smallest product of this format; "
                  "write at most "
                  "6"},
        BadDesign{
            "datapath: {const_bits: 24, term_bits: 30, vector: 256}\n",
            "d.yaml:1:24: the sum over the bins needs 65 bits, more than 63; lower datapath.const_bits, "
            "datapath.term_bits or datapath.vector"},
        BadDesign{"datapath: {vector: 24}\n",
                  "d.yaml:1:20: datapath.vector 24 is no power of two; write 16 or 32"},
        BadDesign{
            "datapath: {lanes: 12}\n",
            "d.yaml: datapath.lanes 12 is no multiple of post_processor.lanes 8; write a divisor of 12"},
        BadDesign{"pipeline: {multiply: 0, convert: 0, reduce: 0, scale: 0}\n",
                  "d.yaml:1:22: a lane needs at least one register; pipeline.multiply, convert, reduce and "
                  "scale add "
                  "up to 0 in this design: set one of them to 1"},
        BadDesign{"format: {kind: int8, bits: 7}\nupdate: {kind: host}\n",
                  "d.yaml:1:28: format.bits is 7 but format.kind int8 has 8 bits; write 8"},
        BadDesign{"format: {kind: int8}\n",
                  "d.yaml: update.kind madam works on logarithms and needs format.kind lns; write "
                  "update.kind host"},
        BadDesign{"format: {kind: fp32}\n",
                  "d.yaml: update.kind madam works on logarithms and needs format.kind lns; write "
                  "update.kind host"},
        BadDesign{"format: {kind: fp8_e5m2, bits: 6}\nupdate: {kind: host}\n",
                  "d.yaml:1:32: format.bits is 6 but format.kind fp8_e5m2 has 8 bits; write 8"},
        BadDesign{"format: {kind: fp8_e4m3}\nupdate: {kind: host}\ndatapath: {style: per_element}\n",
                  "d.yaml:3:19: key 'datapath.style' means nothing in this design (format.kind is fp8_e4m3); "
                  "remove it, or keep its default binned"},
        BadDesign{"format: {kind: fp8_e4m3}\nupdate: {kind: integer_madam}\n",
                  "d.yaml:2:16: format.kind fp8_e4m3 keeps its weights on the host; write update.kind host"},
        BadDesign{"format: {kind: int8}\nupdate: {kind: host}\ndatapath: {term_bits: 12}\n",
                  "d.yaml:3:23: key 'datapath.term_bits' means nothing in this design (format.kind is int8); "
                  "remove "
                  "it, or keep its default 16"},
        BadDesign{
            "format: {kind: fp32}\nupdate: {kind: host}\ncollector: {entries: 4}\n",
            "d.yaml:3:22: key 'collector.entries' means nothing in this design (format.kind is fp32); remove "
            "it, or keep its default 16"},
        BadDesign{"datapath: {style: per_element, lut_bits: 2}\n",
                  "d.yaml:1:42: key 'datapath.lut_bits' means nothing in this design (datapath.style is "
                  "per_element); "
                  "remove it, or keep its default 3"},
        BadDesign{"update: {kind: host, bits: 12}\n",
                  "d.yaml:1:28: key 'update.bits' means nothing in this design (update.kind is host); remove "
                  "it, or "
                  "keep its default 16"},
        BadDesign{"format: {scale_rule: current, scale_margin: 2}\n",
                  "d.yaml:1:45: key 'format.scale_margin' means nothing in this design (format.scale_rule is "
                  "current); remove it, or keep its default 1"},
        BadDesign{
            "datapath: {lut_bits: 0}\npipeline: {scale: 2}\n",
            "d.yaml:2:19: key 'pipeline.scale' means nothing in this design (datapath.lut_bits is 0); remove "
            "it, or keep its default 1"},
        BadDesign{"post_processor: {compare_bits: 4}\n",
                  "d.yaml:1:32: post_processor.compare_bits 4 cannot tell 2^3 codes of an octave apart; "
                  "write at least "
                  "5"},
        BadDesign{"update: {bits: 7}\n",
                  "d.yaml:1:16: update.bits 7 is below format.bits 8; write at least 8"},
        BadDesign{"format: {gamma_log2: 4}\nupdate: {v_fraction: 4}\n",
                  "d.yaml:2:22: update.v_fraction 4 must be above format.gamma_log2 4; write at least 5"},
        BadDesign{"format: {gamma_log2: 1}\ndatapath: {lut_bits: 1}\nupdate: {v_fraction: 16}\n",
                  "d.yaml:3:22: update.v_fraction 16 is more than 14 above format.gamma_log2 1, too wide for "
                  "the unit; "
                  "write at most 15"},
        BadDesign{"update: {beta: 0.9999, v_fraction: 11}\n",
                  "d.yaml:1:16: log2 of update.beta 0.9999 rounds to 0 with update.v_fraction 11: the second "
                  "moment would never decay; lower update.beta or write update.v_fraction 12 or more"},
        BadDesign{"update: {round_first: true, bound: 100}\n",
                  "d.yaml:1:36: update.bound 100 does not go with update.round_first, whose table holds "
                  "whole |g*| of 1 to 64; write a bound of that range"},
        BadDesign{"update: {seed: 5}\n",
                  "d.yaml:1:16: key 'update.seed' means nothing in this design (update.rounding and "
                  "update.v_rounding are nearest); remove it, or keep its default 1"},
        BadDesign{
            "update: {beta: 0.999999, v_fraction: 16}\n",
            "d.yaml:1:16: log2 of update.beta 0.999999 rounds to 0 with update.v_fraction 16: the second "
            "moment would never decay; lower update.beta or write update.v_rounding stochastic"},
        BadDesign{"update: {beta: 0.9999999, v_rounding: stochastic}\n",
                  "d.yaml:1:16: log2 of update.beta 0.9999999 rounds to 0 with 20 fraction bits: the second "
                  "moment would never decay; lower update.beta"},
        BadDesign{"update: {kind: host, v_rounding: stochastic}\n",
                  "d.yaml:1:34: key 'update.v_rounding' means nothing in this design (update.kind is host); "
                  "remove it, or keep its default nearest"},
        BadDesign{
            "format: {scale_group: vector}\nupdate: {kind: rounded}\n",
            "d.yaml:1:23: format.scale_group vector does not go with update.kind rounded, whose weights "
            "have one scale a tensor; write scale_group tensor, or update.kind madam or host"},
        BadDesign{"format: {kind: int8, scale_group: vector}\nupdate: {kind: host}\n",
                  "d.yaml:1:35: key 'format.scale_group' means nothing in this design (format.kind is int8); "
                  "remove it, or keep its default tensor"},
        BadDesign{"update: {kind: integer_madam, rounding: stochastic}\n",
                  "d.yaml:1:41: key 'update.rounding' means nothing in this design (update.kind is "
                  "integer_madam); remove it, or keep its default nearest"},
        BadDesign{"update: {kind: rounded, beta: 0.5}\n",
                  "d.yaml:1:31: key 'update.beta' means nothing in this design (update.kind is rounded); "
                  "remove it, or keep its default 0.999"},
        BadDesign{"update: {kind: rounded, bits: 6}\n",
                  "d.yaml:1:31: update.bits 6 is below format.bits 8; write at least 8"},
        BadDesign{"format: {kind: int8}\nupdate: {kind: rounded}\n",
                  "d.yaml:2:16: update.kind rounded works on logarithms and needs format.kind lns; write "
                  "update.kind host"},
        BadDesign{"memory: {dram_bits: 32}\n",
                  "d.yaml:1:21: key 'memory.dram_bits' means nothing in this design (array.elements is 0); "
                  "remove it, or keep its default 64"},
        BadDesign{"array: {out_queue: 8}\n",
                  "d.yaml:1:20: key 'array.out_queue' means nothing in this design (array.elements is 0); "
                  "remove it, or keep its default 64"},
        BadDesign{"array: {elements: 2}\nmemory: {dram_bits: 36}\n",
                  "d.yaml:2:21: memory.dram_bits 36 is no whole number of bytes; write a multiple of 8"},
        BadDesign{"array: {elements: 4}\nmemory: {a_words: 255}\n",
                  "d.yaml:2:19: memory.a_words 255 in 2 parts does not hold one vector of every lane, 128 "
                  "words; write at least 256"},
        BadDesign{"array: {elements: 4}\nmemory: {out_words: 511}\n",
                  "d.yaml:2:21: memory.out_words 511 in 2 parts does not hold one tile's outputs, 256 words; "
                  "write at least 512"},
        BadDesign{"array: {elements: 2}\nformat: {rounding: stochastic}\n",
                  "d.yaml:1:19: array.elements 2 splits products and updates, and with stochastic rounding "
                  "their random bits are chosen by places in the whole; write 1, or round to the nearest"},
        BadDesign{"update: {v_bits: 19}\n",
                  "d.yaml:1:18: update.v_bits 19 leaves 5 whole bits above update.v_fraction, too few for "
                  "the range "
                  "of gradients; write at least 20"}));

TEST(Design, MissingFileIsAnError) {
  EXPECT_THROW(
      {
        try {
          read_design("no/such/design.yaml");
        } catch (const InputError& e) {
          EXPECT_THAT(e.what(),
                      testing::HasSubstr("cannot read 'no/such/design.yaml': No such file or directory"));
          throw;
        }
      },
      InputError);
}

TEST(Design, SchemaFileFollowsTheDeclarations) {
  EXPECT_EQ(read_file(kSource / "configs/schema/design.schema.json"), config::json_schema(design_schema()))
      << "run: napier explain --schema design > configs/schema/design.schema.json";
}

TEST(Design, TableInTheDocsFollowsTheDeclarations) {
  EXPECT_THAT(read_file(kSource / "docs/formats/design.md"),
              testing::HasSubstr("\n\n" + config::markdown_table(design_schema())))
      << "replace the table by the output of: napier explain --table design";
}

}  // namespace
}  // namespace napier

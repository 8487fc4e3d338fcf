// Compressor trees against plain additions, proven by Yosys for all inputs.
#include "rtl-gen/arithmetic/compressor_tree.hpp"

#include <gtest/gtest.h>

#include "models/base/files.hpp"
#include "models/base/process.hpp"
#include "rtl-gen/units/carry_save.hpp"
#include "tests/rtl-gen/designs.hpp"

namespace napier::rtl {
namespace {

namespace fs = std::filesystem;

struct Word {
  int low = 0, bits = 0;
};

/// A sum as the units have it.
struct Sum {
  std::string name;
  int width = 0;
  std::vector<Word> words;
  std::vector<int> single_bits;  ///< columns
  std::uint64_t constant = 0;
};

std::string number(std::size_t i) { return std::to_string(i); }

/// Module `name` with an input for each addend, around `body`, which drives sum_o.
std::string module(const Sum& sum, const std::string& name, const std::string& body) {
  std::string text = "module " + name + " (\n";
  for (std::size_t i = 0; i < sum.words.size(); ++i) {
    text += "  input logic [" + std::to_string(sum.words[i].bits - 1) + ":0] word_" + number(i) + ",\n";
  }
  for (std::size_t i = 0; i < sum.single_bits.size(); ++i) text += "  input logic bit_" + number(i) + ",\n";
  return text + "  output logic [" + std::to_string(sum.width - 1) + ":0] sum_o\n);\n" + body + "endmodule\n";
}

std::string additions(const Sum& sum) {
  const std::string width = std::to_string(sum.width);
  std::string text = "assign sum_o = " + width + "'d" + std::to_string(sum.constant);
  for (std::size_t i = 0; i < sum.words.size(); ++i) {
    text += " + (" + width + "'(word_" + number(i) + ") << " + std::to_string(sum.words[i].low) + ")";
  }
  for (std::size_t i = 0; i < sum.single_bits.size(); ++i) {
    text += " + (" + width + "'(bit_" + number(i) + ") << " + std::to_string(sum.single_bits[i]) + ")";
  }
  return text + ";\n";
}

CompressorTree tree_of(const Sum& sum) {
  CompressorTree tree(sum.width, "");
  for (std::size_t i = 0; i < sum.words.size(); ++i) {
    tree.add("word_" + number(i), sum.words[i].low, sum.words[i].bits);
  }
  for (std::size_t i = 0; i < sum.single_bits.size(); ++i)
    tree.add_bit("bit_" + number(i), sum.single_bits[i]);
  tree.add_constant(sum.constant);
  return tree;
}

/// Exit code of Yosys' proof that the tree of `built` is the sum `meant`.
int prove(const Sum& built, const Sum& meant) {
  const fs::path folder =
      fs::path(testing::TempDir()) / ("napier_tree_" + built.name + std::to_string(getpid()));
  fs::create_directories(folder);
  write_file(folder / "carry_save.sv", emit_carry_save(test::shipped("int8_tiny")).text);
  write_file(folder / "sums.sv",
             module(built, "built", tree_of(built).sum("sum_o")) + module(meant, "meant", additions(meant)));
  const int code =
      run_process({"yosys", "-q", "-p",
                   "read_verilog -sv carry_save.sv sums.sv; hierarchy; proc; flatten; opt_clean; "
                   "miter -equiv -flatten built meant both; hierarchy -top both; "
                   "sat -verify -prove trigger 0 both"},
                  folder, folder / "log");
  fs::remove_all(folder);
  return code;
}

std::vector<Sum> sums() {
  return {
      {"one_word", 6, {{0, 4}}, {0}, 5},
      {"two_words", 6, {{0, 4}, {1, 4}}, {0, 3}, 0},
      {"vector_with_signs",
       7,
       {{0, 4}, {0, 4}, {0, 4}, {0, 4}},
       {0, 0, 0, 0},
       (~std::uint64_t{4 * 8} + 1) & 0x7F},
      {"vector_of_three", 6, {{0, 3}, {0, 3}, {0, 3}}, {0, 0, 0}, 40},
      {"partial_products", 8, {{0, 4}, {1, 4}, {2, 4}, {3, 4}}, {}, 0x90},
      {"digits_beyond_the_top", 7, {{0, 4}, {3, 4}, {5, 4}, {6, 4}}, {}, 99},
      {"words_apart", 12, {{0, 3}, {2, 8}, {9, 3}, {4, 2}, {11, 1}}, {11, 5}, 0},
      {"bits_alone", 4, {}, {0, 0, 0, 1, 1, 2, 3, 3}, 0},
  };
}

class CompressorTreeSum : public testing::TestWithParam<std::size_t> {};

TEST_P(CompressorTreeSum, EqualsThePlainSum) { EXPECT_EQ(prove(sums()[GetParam()], sums()[GetParam()]), 0); }

INSTANTIATE_TEST_SUITE_P(Sums, CompressorTreeSum, testing::Range(std::size_t{0}, sums().size()),
                         [](const auto& tested) { return sums()[tested.param].name; });

TEST(CompressorTreeProof, SeesAnotherConstantColumnOrMissingBit) {
  const Sum meant = sums()[2];
  Sum constant = meant, column = meant, bit = meant;
  constant.constant ^= 0x10;
  column.words[1].low = 1;
  bit.single_bits[3] = 1;
  for (const Sum& built : {constant, column, bit}) EXPECT_NE(prove(built, meant), 0);
}

/// Sixteen terms with their signs, as in a lane: 17 addends, one of them a sign that no carry word has room
/// for.
TEST(CompressorTreeSize, AVectorTakesTheFewestLevelsAndHardlyAHalfAdder) {
  Sum sum{"vector", 22, std::vector<Word>(16, {0, 18}), std::vector<int>(16, 0), 1 << 21};
  CompressorTree tree = tree_of(sum);
  tree.sum("sum_o");
  EXPECT_EQ(tree.levels(), 6);  // 17, 12, 8, 6, 4, 3, 2
  // A full adder takes one bit away: 16 * 19 bits in, two addends out. Half adders are what comes on top.
  const int least = 16 * 19 - 2 * 22;
  EXPECT_GE(tree.adder_bits(), least);
  EXPECT_LE(tree.adder_bits(), least + 24);
}

TEST(CompressorTreeSize, TheTextIsTheSameEachTime) {
  CompressorTree tree = tree_of(sums()[4]);
  EXPECT_EQ(tree.sum("sum_o"), tree.sum("sum_o"));
}

}  // namespace
}  // namespace napier::rtl

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Text of a sum of many addends: a tree of carry-save adders and one carry-propagating addition.
namespace napier::rtl {

/// One bit of a Verilog word. A negative index stands for a whole expression of one bit.
struct WordBit {
  std::string word;
  int index = -1;
  int width = 1;  ///< of the word

  bool operator==(const WordBit&) const = default;
};

/// A number in the tree: its bits by column, column c counting 2^c. Columns without a bit are zero.
struct Addend {
  int low = 0;
  std::vector<std::optional<WordBit>> bits;

  int high() const { return low + static_cast<int>(bits.size()); }  ///< one past the last column
};

/// A carry-save adder joins three addends to two. Where only two of the three have a bit in a column, both
/// pass as long as no carry comes in, so that half adders are rare; a bit of its own (the one that completes
/// a two's complement, a constant) goes into the place that each carry word has free below its lowest bit.
///
/// The order is Wallace's (IEEE Trans. EC-13, 1964, doi 10.1109/PGEC.1964.263830): in each level as many
/// threes as there are, of addends that lie over each other.
class CompressorTree {
 public:
  /// A sum modulo 2^width; names of its signals begin with `prefix`.
  CompressorTree(int width, std::string prefix);

  /// Adds the unsigned word `name` of `bits` bits times 2^low.
  void add(const std::string& name, int low, int bits);
  /// Adds a one-bit expression times 2^column.
  void add_bit(const std::string& expression, int column);
  /// Adds a number, modulo 2^width.
  void add_constant(std::uint64_t value) { constant_ += value; }

  /// Declarations and instances, down to `assign result = ... + ...;`.
  std::string sum(const std::string& result);
  /// Levels of carry-save adders that sum() made.
  int levels() const { return levels_; }
  /// Bits of carry-save adders that sum() made.
  int adder_bits() const { return adder_bits_; }

 private:
  struct Single {
    std::string expression;
    int column;
  };

  bool place(Addend& addend, const Single& single) const;
  void place_singles(Addend& addend);
  std::vector<Addend> join(const std::vector<Addend>& three);
  void reduce(std::size_t own_rows);
  std::string final_addition(const std::string& result);

  int width_;
  std::string prefix_;
  std::uint64_t constant_ = 0;
  std::vector<Addend> given_;
  std::vector<Single> given_singles_;

  std::vector<Addend> rows_;
  std::vector<Single> singles_;
  std::string text_;
  int adders_ = 0, levels_ = 0, adder_bits_ = 0;
};

}  // namespace napier::rtl

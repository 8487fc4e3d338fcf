#include "rtl-gen/arithmetic/compressor_tree.hpp"

#include <algorithm>

#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {
namespace {

std::string range(int width) { return width == 1 ? "" : "[" + std::to_string(width - 1) + ":0] "; }

/// A bit, or neighbouring bits of one word, as text.
std::string slice(const WordBit& low, int count) {
  if (low.index < 0 || count == low.width) return low.word;
  const std::string first = std::to_string(low.index);
  return low.word +
         (count == 1 ? "[" + first + "]" : "[" + std::to_string(low.index + count - 1) + ":" + first + "]");
}

/// Bits, lowest first, as a concatenation of slices.
std::string concatenation(const std::vector<std::optional<WordBit>>& bits) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < bits.size();) {
    std::size_t end = i + 1;
    if (!bits[i]) {
      while (end < bits.size() && !bits[end]) ++end;
      parts.push_back(literal(static_cast<int>(end - i), 0));
    } else {
      const WordBit& low = *bits[i];
      while (low.index >= 0 && end < bits.size() && bits[end] && bits[end]->word == low.word &&
             bits[end]->index == low.index + static_cast<int>(end - i)) {
        ++end;
      }
      parts.push_back(slice(low, static_cast<int>(end - i)));
    }
    i = end;
  }
  std::reverse(parts.begin(), parts.end());
  return parts.size() == 1 ? parts[0] : "{" + join(parts, ", ") + "}";
}

const std::optional<WordBit>& bit_at(const Addend& addend, int column) {
  static const std::optional<WordBit> none;
  if (column < addend.low || column >= addend.high()) return none;
  return addend.bits[static_cast<std::size_t>(column - addend.low)];
}

/// Puts a bit into a column that has none.
void set_bit(Addend& addend, int column, WordBit bit) {
  if (addend.bits.empty()) addend.low = column;
  while (column < addend.low) {
    addend.bits.insert(addend.bits.begin(), std::nullopt);
    --addend.low;
  }
  if (column >= addend.high()) addend.bits.resize(static_cast<std::size_t>(column - addend.low + 1));
  addend.bits[static_cast<std::size_t>(column - addend.low)] = std::move(bit);
}

}  // namespace

CompressorTree::CompressorTree(int width, std::string prefix) : width_(width), prefix_(std::move(prefix)) {}

void CompressorTree::add(const std::string& name, int low, int bits) {
  Addend addend;
  for (int i = 0; i < bits && low + i < width_; ++i)
    set_bit(addend, low + i, {name, bits == 1 ? -1 : i, bits});
  if (!addend.bits.empty()) given_.push_back(std::move(addend));
}

void CompressorTree::add_bit(const std::string& expression, int column) {
  if (column < width_) given_singles_.push_back({expression, column});
}

bool CompressorTree::place(Addend& addend, const Single& single) const {
  if (single.column < addend.low - 1 || single.column > addend.high() || bit_at(addend, single.column))
    return false;
  set_bit(addend, single.column, {single.expression});
  return true;
}

void CompressorTree::place_singles(Addend& addend) {
  std::erase_if(singles_, [&](const Single& single) { return place(addend, single); });
}

/// Three addends to two, in one carry-save adder for each run of columns that needs one.
std::vector<Addend> CompressorTree::join(const std::vector<Addend>& three) {
  Addend sum, carry;
  std::vector<std::vector<std::optional<WordBit>>> inputs(3);
  int first = 0;
  const auto finish_run = [&] {
    const int count = static_cast<int>(inputs[0].size());
    if (count == 0) return;
    const std::string number = std::to_string(adders_++);
    const std::string s = prefix_ + "sum_" + number, c = prefix_ + "carry_" + number;
    text_ += "logic " + range(count) + s + ", " + c + ";  // columns " + std::to_string(first) + " to " +
             std::to_string(first + count - 1) + "\n";
    text_ += "napier_carry_save #(.Width(" + std::to_string(count) + ")) u_" + prefix_ + "carry_save_" +
             number + " (\n  .a_i(" + concatenation(inputs[0]) + "), .b_i(" + concatenation(inputs[1]) +
             "), .c_i(" + concatenation(inputs[2]) + "),\n  .sum_o(" + s + "), .carry_o(" + c + ")\n);\n";
    for (int i = 0; i < count; ++i) {
      const int index = count == 1 ? -1 : i;
      set_bit(sum, first + i, {s, index, count});
      set_bit(carry, first + i + 1, {c, index, count});
    }
    adder_bits_ += count;
    for (auto& input : inputs) input.clear();
  };
  int low = width_, high = 0;
  for (const Addend& a : three) {
    low = std::min(low, a.low);
    high = std::max(high, a.high());
  }
  for (int column = low; column < high; ++column) {
    std::vector<WordBit> bits;
    for (const Addend& a : three) {
      if (bit_at(a, column)) bits.push_back(*bit_at(a, column));
    }
    const bool carried = !inputs[0].empty();  // the column below has a carry
    if (bits.size() == 3 || (bits.size() == 2 && carried)) {
      if (column == width_ - 1) {  // nothing above it counts
        finish_run();
        const std::string top = prefix_ + "top_" + std::to_string(adders_++);
        text_ += "logic " + top + ";\nassign " + top + " = " + slice(bits[0], 1) + " ^ " + slice(bits[1], 1) +
                 (bits.size() == 3 ? " ^ " + slice(bits[2], 1) : "") + ";\n";
        set_bit(sum, column, {top});
        continue;
      }
      if (!carried) first = column;
      for (std::size_t i = 0; i < 3; ++i) {
        inputs[i].push_back(i < bits.size() ? std::optional(bits[i]) : std::nullopt);
      }
      continue;
    }
    finish_run();
    if (!bits.empty()) set_bit(sum, column, bits[0]);
    if (bits.size() == 2) set_bit(carry, column, bits[1]);
  }
  finish_run();
  place_singles(carry);
  if (carry.bits.empty()) return {sum};
  return {sum, carry};
}

/// Levels of carry-save adders until two addends are left. `own_rows` single bits begin as addends.
void CompressorTree::reduce(std::size_t own_rows) {
  rows_ = given_;
  singles_ = given_singles_;
  text_.clear();
  adders_ = levels_ = adder_bits_ = 0;
  for (Addend& row : rows_) place_singles(row);
  for (; own_rows > 0 && !singles_.empty(); --own_rows) {
    Addend row;
    set_bit(row, singles_.back().column, {singles_.back().expression});
    singles_.pop_back();
    place_singles(row);
    rows_.push_back(row);
  }
  while (rows_.size() > 2) {
    std::stable_sort(rows_.begin(), rows_.end(), [](const Addend& a, const Addend& b) {
      return a.low != b.low ? a.low < b.low : a.high() < b.high();
    });
    const std::string before = text_;
    text_.clear();
    std::vector<Addend> next;
    std::size_t i = 0;
    for (; i + 3 <= rows_.size(); i += 3) {
      for (Addend& row : join({rows_[i], rows_[i + 1], rows_[i + 2]})) next.push_back(std::move(row));
    }
    next.insert(next.end(), rows_.begin() + static_cast<std::ptrdiff_t>(i), rows_.end());
    text_ = before + "// Level " + std::to_string(++levels_) + ": " + std::to_string(rows_.size()) + " to " +
            std::to_string(next.size()) + " addends.\n" + text_;
    rows_ = std::move(next);
  }
}

std::string CompressorTree::final_addition(const std::string& result) {
  rows_.resize(2);
  const bool flip_top = (constant_ >> (width_ - 1) & 1) != 0;
  std::vector<std::string> texts;
  bool flipped = !flip_top;
  for (const Addend& row : rows_) {
    Addend whole = row;
    if (!flipped) {
      const auto& top = bit_at(whole, width_ - 1);
      set_bit(whole, width_ - 1, top ? WordBit{"~" + slice(*top, 1)} : WordBit{"1'b1"});
      flipped = true;
    }
    std::vector<std::optional<WordBit>> bits;
    for (int column = width_ - 1; column >= 0; --column) bits.push_back(bit_at(whole, column));
    std::reverse(bits.begin(), bits.end());
    texts.push_back(concatenation(bits));
  }
  const std::string a = prefix_ + "addend_a", b = prefix_ + "addend_b";
  std::string text =
      "// The two addends that are left, and their sum.\nlogic " + range(width_) + a + ", " + b + ";\n";
  text += "assign " + a + " = " + texts[0] + ";\nassign " + b + " = " + texts[1] + ";\n";
  return text + "assign " + result + " = " + a + " + " + b + ";\n";
}

std::string CompressorTree::sum(const std::string& result) {
  // The top column's one is an inversion; the others are bits like any.
  const std::vector<Single> without_constant = given_singles_;
  for (int column = 0; column < width_ - 1; ++column) {
    if ((constant_ >> column & 1) != 0) add_bit("1'b1", column);
  }
  std::size_t own_rows = 0;
  do {
    reduce(own_rows++);
    for (Addend& row : rows_) place_singles(row);
  } while (!singles_.empty());
  given_singles_ = without_constant;
  return text_ + final_addition(result);
}

}  // namespace napier::rtl

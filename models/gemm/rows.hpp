#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "models/format/lns_format.hpp"

namespace napier {

/// A matrix of operand words that can give any of its rows. Safe to read from several threads.
class Rows {
 public:
  Rows(int rows, int length) : rows_(rows), length_(length) {}
  virtual ~Rows() = default;
  int rows() const { return rows_; }
  int length() const { return length_; }
  /// The words of row i: where they lie, or put together in `scratch`, which has room for length() words.
  virtual const Word* row(int i, Word* scratch) const = 0;

  std::vector<Word> all() const {
    std::vector<Word> words(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(length_));
    for (int i = 0; i < rows_; ++i) {
      Word* to = words.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(length_);
      const Word* from = row(i, to);
      if (from != to) std::copy_n(from, length_, to);
    }
    return words;
  }

 private:
  int rows_, length_;
};

/// A matrix stored row-major by somebody else.
class MatrixRows : public Rows {
 public:
  MatrixRows(int rows, int length, std::span<const Word> words) : Rows(rows, length), words_(words) {}
  const Word* row(int i, Word*) const override {
    return words_.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(length());
  }

 private:
  std::span<const Word> words_;
};

/// A matrix stored row-major that it owns.
class OwnedRows : public Rows {
 public:
  OwnedRows(int rows, int length, std::vector<Word> words) : Rows(rows, length), words_(std::move(words)) {}
  const Word* row(int i, Word*) const override {
    return words_.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(length());
  }

 private:
  std::vector<Word> words_;
};

}  // namespace napier

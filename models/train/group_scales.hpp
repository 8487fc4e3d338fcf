#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/design/design.hpp"
#include "models/format/lns_format.hpp"

namespace napier {

class StateArchive;

/// The scales of a weight tensor's groups, as format.scale_group says, relative to the tensor's own, which is
/// the largest of them:
///   tensor:  no groups, one scale;
///   channel: a group for each row, any exponent code below the tensor's scale;
///   vector:  a group for each vector of a row, cut as the forward product cuts it, whole octaves below the
///   tensor's.
class GroupScales {
 public:
  /// One scale for the tensor.
  GroupScales() = default;
  /// `weights` words in `rows` rows.
  GroupScales(const Design& design, std::size_t weights, int rows);

  std::size_t groups() const { return offsets_.size(); }
  template <class T>
  std::span<T> group(std::span<T> all, std::size_t g) const {
    const std::size_t first = g / groups_per_row_ * columns_ + g % groups_per_row_ * size_;
    const std::size_t left = columns_ - g % groups_per_row_ * size_;
    return all.subspan(first, left < size_ ? left : size_);
  }
  /// Takes the scale exponents that the groups need at least, one a group, and returns the tensor's.
  int choose(std::span<const int> needed);
  /// Exponent codes, at most 0, from the tensor's scale to that of a group, and to that of weight i's group.
  int offset(std::size_t g) const { return offsets_[g]; }
  int offset_of_weight(std::size_t i) const;

  /// Offsets, one a row; empty unless groups are rows.
  std::span<const std::int32_t> rows() const;
  /// Octaves below the tensor's scale [row][vector]; empty unless groups are vectors.
  std::span<const Word> vector_shifts() const { return shifts_; }

  void exchange(StateArchive& archive);

 private:
  void set_shifts();
  bool vectors_ = false;
  int octave_ = 1, most_octaves_ = 0;
  std::size_t columns_ = 0, size_ = 0, groups_per_row_ = 1;  ///< of a row; of a group
  std::vector<std::int32_t> offsets_;
  std::vector<Word> shifts_;
};

}  // namespace napier

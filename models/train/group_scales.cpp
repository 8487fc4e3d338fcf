#include "models/train/group_scales.hpp"

#include <algorithm>

#include "models/design/widths.hpp"
#include "models/train/state_archive.hpp"

namespace napier {

GroupScales::GroupScales(const Design& design, std::size_t weights, int rows)
    : vectors_(widths::has_vector_scales(design)) {
  if (!vectors_ && !widths::has_row_scales(design)) return;
  octave_ = 1 << design.format.gamma_log2;
  most_octaves_ = widths::most_vector_shift(design);
  columns_ = weights / static_cast<std::size_t>(rows);
  size_ = vectors_ ? static_cast<std::size_t>(design.datapath.vector) : columns_;
  groups_per_row_ = (columns_ + size_ - 1) / size_;
  offsets_.resize(static_cast<std::size_t>(rows) * groups_per_row_);
  set_shifts();
}

int GroupScales::choose(std::span<const int> needed) {
  const int largest = *std::max_element(needed.begin(), needed.end());
  for (std::size_t g = 0; g < offsets_.size(); ++g) {
    const int below = largest - needed[g];
    offsets_[g] = vectors_ ? -std::min(below / octave_, most_octaves_) * octave_ : -below;
  }
  set_shifts();
  return largest;
}

int GroupScales::offset_of_weight(std::size_t i) const {
  if (offsets_.empty()) return 0;
  return offsets_[i / columns_ * groups_per_row_ + i % columns_ / size_];
}

std::span<const std::int32_t> GroupScales::rows() const {
  if (vectors_) return {};
  return offsets_;
}

void GroupScales::set_shifts() {
  if (!vectors_) return;
  shifts_.resize(offsets_.size());
  for (std::size_t g = 0; g < shifts_.size(); ++g) shifts_[g] = static_cast<Word>(-offsets_[g] / octave_);
}

void GroupScales::exchange(StateArchive& archive) {
  archive.fixed_list("group_scales", offsets_);
  set_shifts();
}

}  // namespace napier

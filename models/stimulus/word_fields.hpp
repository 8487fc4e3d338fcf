#pragma once
#include <string>
#include <vector>

#include "models/design/design.hpp"

namespace napier {

/// A field of a channel word: bits [bit, bit + bits), and how to read them.
struct WordField {
  std::string name;  ///< for instance "lane[3]", "lane[0].element[7]", "entry", "weight[2].v"
  int bit = 0;
  int bits = 0;
  bool is_signed = false;
  int index = 0;  ///< lane or weight the field belongs to, 0 otherwise
};

/// The fields of a channel's word, least significant first and without gaps (docs/microarchitecture.md).
/// Throws InternalError for a name that is no channel.
std::vector<WordField> word_fields(const Design& design, const std::string& channel);

}  // namespace napier

#pragma once
#include <span>
#include <string>
#include <vector>

#include "models/design/design.hpp"
#include "models/interop/array.hpp"
#include "models/train/weights.hpp"

/// Parameters as arrays for other programs.
namespace napier {

/// A matrix of real numbers, rows x columns.
void append_matrix(const std::string& name, int rows, int columns, std::span<const float> values,
                   std::vector<Array>& all);

/// Parameters that no product reads as an operand, in one row.
void append_tensor(const std::string& name, std::span<const float> values, std::vector<Array>& all);

/// Weights, rows x columns, that products read as operand words: `name`, the real numbers of the words;
/// `name`.words, `name`.scale; and of a Madam unit `name`.update_words.
void append_weights(const Design& design, const std::string& name, int rows, int columns,
                    const Weights& weights, std::vector<Array>& all);

}  // namespace napier

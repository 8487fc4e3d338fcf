#pragma once
#include <span>

#include "models/base/parallel.hpp"
#include "models/format/lns_format.hpp"

namespace napier {

/// from: rows x columns, columns fastest; to: columns x rows, as large.
void transpose(std::span<const Word> from, int rows, int columns, std::span<Word> to,
               const Parallel& threads);

}  // namespace napier

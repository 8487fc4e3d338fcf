#pragma once
#include "models/accelerator/word_kind.hpp"
#include "rtl-gen/text/template.hpp"

namespace napier::rtl {

/// design_values, and what the templates around the elements use: widths of banks, beats and cycles of words.
Values accelerator_values(const Design& design);

/// Bits that count the rows of a bank.
int bank_row_bits(const Design& design, Bank bank);

}  // namespace napier::rtl

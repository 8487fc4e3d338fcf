#pragma once
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// napier_bin_adder_tree: exact sums of the terms of a vector, one a bin. Combinational.
EmittedFile emit_bin_adder_tree(const Design& design);

}  // namespace napier::rtl

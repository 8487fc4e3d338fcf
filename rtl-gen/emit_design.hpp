#pragma once
#include <string>
#include <vector>

#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// Every Verilog file of the design's processing element or accelerator, a module each, submodules before the
/// modules that use them. Equal designs give equal bytes. Throws InputError for a design without hardware
/// (fp32).
std::vector<EmittedFile> emit_design(const Design& design);

/// The module that holds all others.
std::string top_module(const Design& design);

}  // namespace napier::rtl

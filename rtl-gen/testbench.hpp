#pragma once
#include <vector>

#include "models/design/design.hpp"
#include "models/stimulus/stimulus.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// A self-checking testbench for any simulator, tb/tb_processing_element.sv, and its words,
/// tb/vectors/CHANNEL.hex: what the host sends and what has to come out.
std::vector<EmittedFile> emit_testbench(const Design& design, const Stimulus& stimulus);

}  // namespace napier::rtl

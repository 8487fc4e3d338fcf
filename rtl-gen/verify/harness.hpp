#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "models/accelerator/program.hpp"
#include "models/design/design.hpp"
#include "models/stimulus/stimulus.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// What the Verilated model needs beside the design's own Verilog: the probe around the design,
/// the C++ program that drives it, and the headers that program includes.
std::vector<EmittedFile> emit_harness(const Design& design);

/// The words that the harness sends, and how many it expects, in the format its head comment gives.
std::string harness_stimulus(const Design& design, const Stimulus& stimulus);
std::string harness_stimulus(const Design& design, const AcceleratorProgram& program);

}  // namespace napier::rtl

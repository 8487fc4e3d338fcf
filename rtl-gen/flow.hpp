#pragma once
#include <vector>

#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::rtl {

/// What a flow needs beside the Verilog `files`: napier.f (file list), PORTS.md (ports of the top module),
/// synth/check.ys (Yosys), synth/processing_element.sdc (clock).
std::vector<EmittedFile> emit_flow(const Design& design, const std::vector<EmittedFile>& files);

}  // namespace napier::rtl

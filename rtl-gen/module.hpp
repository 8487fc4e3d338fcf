#pragma once
#include <string>
#include <string_view>

#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"
#include "rtl-gen/text/template.hpp"

namespace napier::rtl {

/// Head of every generated file: Napier's version, the design's name and digest, how to regenerate it, and
/// `default_nettype none where it is Verilog. Every line starts with `comment`.
std::string banner(const Design& design, std::string_view comment);

/// A Verilog file of the design: rtl/napier_NAME.sv, expanded from its template.
EmittedFile emit_module(const Design& design, const std::string& name, std::string_view text, Values values);

}  // namespace napier::rtl

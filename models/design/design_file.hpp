#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "models/config/schema.hpp"
#include "models/design/design.hpp"

/// Design descriptions as YAML files. docs/formats/design.md lists the keys.
namespace napier {

/// Every parameter of a design, declared once.
const config::Schema<Design>& design_schema();

/// Reads and checks a design. InputError names file, line, column, key and remedy.
Design read_design(const std::filesystem::path& file);

/// As read_design, from text; `source` stands for the file name in messages.
Design parse_design(std::string_view text, const std::string& source);

/// Throws InputError where parameters, each legal alone, contradict each other. `document` gives their
/// places.
void check_design(const Design& design, const config::Document& document);

/// Whether the format's datapath is also there as a cycle model and as Verilog.
bool has_hardware(FormatKind kind);

/// As format.kind spells it.
std::string format_name(FormatKind kind);

/// Throws InputError, which names those that have, where the design's format has no hardware.
void require_hardware(const Design& design);

/// Throws InputError where the design is an accelerator, which `doing` does not know: "the Verilog
/// generator".
void require_bare_element(const Design& design, const std::string& doing);

/// The design as YAML, all parameters written; the same text for the same design on every machine.
std::string resolved_yaml(const Design& design);

/// SHA-256 of resolved_yaml, hexadecimal: the identity of a design in traces and generated files.
std::string design_digest(const Design& design);

}  // namespace napier

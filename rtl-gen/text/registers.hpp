#pragma once
#include <string>
#include <vector>

namespace napier::rtl {

/// A value that passes through pipeline registers: from `input` to `output`, both declared by the template.
struct Piped {
  std::string width;  ///< a localparam or expression of the module
  std::string input;
  std::string output;
};

/// Verilog of `count` register stages (none: plain assignments). Stage k takes a new value where
/// stage_en_i[first_enable + k] is 1 and holds it otherwise. `comment` says what has been computed.
std::string pipeline_registers(const std::string& comment, const std::vector<Piped>& values, int count,
                               int first_enable);

}  // namespace napier::rtl

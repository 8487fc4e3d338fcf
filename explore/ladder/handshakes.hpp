#pragma once
#include <string>
#include <vector>

#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::explore::ladder {

/// A property of a block's channels, as a monitor around the emitted block.
struct Handshake {
  std::string name;    ///< "operand_buffer_b"
  std::string states;  ///< what is proven
  std::vector<rtl::EmittedFile> files;
  bool slow = false;  ///< takes minutes: not for ci
  std::string proof;  ///< Verilog module `proof` (clk_i, free inputs, bad_o)
};

/// The handshakes of a design's blocks. Words are cut to a bit or two: the blocks move them whole and never
/// look at them.
std::vector<Handshake> handshakes_of(const Design& design);

}  // namespace napier::explore::ladder

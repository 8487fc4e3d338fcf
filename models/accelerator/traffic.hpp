#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/accelerator/program.hpp"

namespace napier {

/// Words of one kind that pass one level of an accelerator's memories.
struct Traffic {
  std::string level;  ///< dram_read, dram_write, buffer_write, buffer_read, link, element
  std::string kind;   ///< docs/accelerator.md, Kinds of words
  std::int64_t words = 0;
  std::int64_t bytes = 0;  ///< of external memory: whole beats; elsewhere the words' bits, rounded down
};

/// What a program moves, by level and kind; levels and kinds that move nothing are left out. A word that a
/// link brings to several elements counts once for `link` and once for each in `element`.
std::vector<Traffic> traffic(const Design& design, const AcceleratorProgram& program);

}  // namespace napier

#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

/// The stateless units of a design, each as emitted and as its exact function.
namespace napier::explore::ladder {

/// Settings under which a unit's free inputs, the low `free_bits` of in_i, are tried one and all.
struct Slice {
  std::string settings;  ///< what is fixed, in words; empty where nothing is
  std::string fixed;     ///< hexadecimal value of in_i with the free bits 0
  int free_bits = 0;
  /// The exact function: out_o of the fixed and these free inputs.
  std::function<std::uint64_t(std::uint64_t)> exact;
};

struct Unit {
  std::string name;                     ///< "lns_multiplier"
  std::vector<rtl::EmittedFile> files;  ///< the emitted modules it consists of
  std::string wrapper;                  ///< Verilog module `unit` (in_i, out_o) around the emitted modules
  std::string specification;  ///< Verilog module `unit` from the exact function; or empty: its truth table
  int input_bits = 0, output_bits = 0;  ///< of the wrapper's ports
  std::vector<int> order;               ///< of the inputs in a truth table's decision diagram, leaves first
  std::vector<Slice> slices;            ///< those with at most 20 free bits
  bool slow = false;  ///< proving it at full width takes more than minutes; rung b of `ci` proves it narrow
};

/// The stateless units as the design has them: what is proven by rung b. Registers inside (pipelines of the
/// post-processor's and the update unit's lanes) are left out.
std::vector<Unit> units_of(const Design& design);

/// The same units with operands so narrow that every input can be tried; styles, roundings and tables are the
/// design's own.
std::vector<Unit> narrow_units_of(const Design& design);

/// Most free bits of a slice.
inline constexpr int kExhaustiveBits = 20;

}  // namespace napier::explore::ladder

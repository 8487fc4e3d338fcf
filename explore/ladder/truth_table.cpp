#include "explore/ladder/truth_table.hpp"

#include <map>
#include <utility>

#include "models/base/error.hpp"

namespace napier::explore::ladder {
namespace {

/// Nodes are numbered; 0 and 1 are the constants.
class Diagram {
 public:
  /// A multiplexer: input `variable` chooses.
  int node(int variable, int low, int high) {
    if (low == high) return low;
    const auto [at, fresh] = nodes_.try_emplace({variable, {low, high}}, next_);
    if (fresh) {
      text_ += "  wire n" + std::to_string(next_) + " = in_i[" + std::to_string(variable) + "] ? " +
               name(high) + " : " + name(low) + ";\n";
      ++next_;
    }
    return at->second;
  }
  static std::string name(int node) {
    return node < 2 ? "1'b" + std::to_string(node) : "n" + std::to_string(node);
  }
  const std::string& text() const { return text_; }

 private:
  std::map<std::pair<int, std::pair<int, int>>, int> nodes_;
  int next_ = 2;
  std::string text_;
};

}  // namespace

std::string truth_table_verilog(const Unit& unit) {
  if (unit.slices.size() != 1 || unit.slices[0].free_bits != unit.input_bits) {
    throw InternalError("no truth table of unit " + unit.name);
  }
  const std::size_t count = std::size_t{1} << unit.input_bits;
  std::vector<std::uint64_t> answers(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t in = 0;  // bit k of i is the input that stands k-th in the diagram's order
    for (std::size_t k = 0; k < unit.order.size(); ++k) in |= (i >> k & 1) << unit.order[k];
    answers[i] = unit.slices[0].exact(in);
  }
  Diagram diagram;
  std::string outputs;
  for (int bit = 0; bit < unit.output_bits; ++bit) {
    std::vector<int> level(count);
    for (std::size_t i = 0; i < count; ++i) level[i] = static_cast<int>(answers[i] >> bit & 1);
    for (const int variable : unit.order) {
      std::vector<int> next(level.size() / 2);
      for (std::size_t i = 0; i < next.size(); ++i) {
        next[i] = diagram.node(variable, level[2 * i], level[2 * i + 1]);
      }
      level = std::move(next);
    }
    outputs += "  assign out_o[" + std::to_string(bit) + "] = " + Diagram::name(level[0]) + ";\n";
  }
  return "// Truth table of " + unit.name + ".\nmodule unit (\n  input  wire [" +
         std::to_string(unit.input_bits - 1) + ":0] in_i,\n  output wire [" +
         std::to_string(unit.output_bits - 1) + ":0] out_o\n);\n" + diagram.text() + outputs + "endmodule\n";
}

}  // namespace napier::explore::ladder

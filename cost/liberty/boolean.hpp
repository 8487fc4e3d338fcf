#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace napier::cost::liberty {

/// A Liberty condition (`when`) or function over the pins of a cell: ! ' * & ^ + | ( ) 0 1 and juxtaposition
/// for AND. Precedence, high to low: ! ', ^, AND, + |.
class BooleanExpression {
 public:
  /// `pins` gives the order in which value() takes the pins' values. Throws InputError, which begins with
  /// `place` ("file:line"), on a syntax error or an unknown pin.
  BooleanExpression(std::string_view text, const std::vector<std::string>& pins, const std::string& place);

  /// Each value 0, 1 or 2 (unknown); the result likewise.
  std::uint8_t value(const std::uint8_t* pin_values) const;

 private:
  friend class BooleanParser;
  enum class Op : std::uint8_t { kPin, kConstant, kNot, kAnd, kOr, kXor };
  struct Step {
    Op op;
    std::uint8_t operand;  // pin index or constant
  };
  std::vector<Step> steps_;  // reverse Polish order
};

}  // namespace napier::cost::liberty

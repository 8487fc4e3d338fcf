#include "cost/liberty/boolean.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "models/base/error.hpp"

namespace napier::cost::liberty {

/// Recursive descent over the four precedence levels.
class BooleanParser {
 public:
  using Op = BooleanExpression::Op;
  BooleanParser(std::string_view text, const std::vector<std::string>& pins, const std::string& place,
                std::vector<BooleanExpression::Step>& steps)
      : text_(text), pins_(pins), place_(place), steps_(steps) {}

  void parse() {
    sum();
    if (peek() != 0) fail("unexpected '" + std::string(1, peek()) + "'");
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw InputError(place_ + ": condition \"" + std::string(text_) + "\": " + message);
  }

  char peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  void sum() {
    product();
    while (peek() == '+' || peek() == '|') {
      ++at_;
      product();
      push(Op::kOr);
    }
  }

  static bool starts_factor(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '(' || c == '!';
  }

  void product() {
    exclusive();
    while (peek() == '*' || peek() == '&' || starts_factor(peek())) {
      if (peek() == '*' || peek() == '&') ++at_;
      exclusive();
      push(Op::kAnd);
    }
  }

  void exclusive() {
    factor();
    while (peek() == '^') {
      ++at_;
      factor();
      push(Op::kXor);
    }
  }

  void factor() {
    const char c = peek();
    if (c == '!') {
      ++at_;
      factor();
      push(Op::kNot);
      return;
    }
    if (c == '(') {
      ++at_;
      sum();
      if (peek() != ')') fail("'(' is not closed");
      ++at_;
    } else if (starts_factor(c)) {
      name();
    } else {
      fail(c == 0 ? "ends early" : "unexpected '" + std::string(1, c) + "'");
    }
    while (peek() == '\'') {
      ++at_;
      push(Op::kNot);
    }
  }

  void name() {
    std::string word;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
      word += text_[at_++];
    }
    if (word == "0" || word == "1") {
      steps_.push_back({Op::kConstant, static_cast<std::uint8_t>(word[0] - '0')});
      return;
    }
    const auto found = std::find(pins_.begin(), pins_.end(), word);
    if (found == pins_.end()) fail("the cell has no pin '" + word + "'");
    steps_.push_back({Op::kPin, static_cast<std::uint8_t>(found - pins_.begin())});
  }

  void push(Op op) { steps_.push_back({op, 0}); }

  std::string_view text_;
  const std::vector<std::string>& pins_;
  const std::string& place_;
  std::vector<BooleanExpression::Step>& steps_;
  std::size_t at_ = 0;
};

BooleanExpression::BooleanExpression(std::string_view text, const std::vector<std::string>& pins,
                                     const std::string& place) {
  BooleanParser(text, pins, place, steps_).parse();
  constexpr std::size_t kDepth = 64;
  if (steps_.size() > kDepth) throw InputError(place + ": condition of more than 64 terms");
}

std::uint8_t BooleanExpression::value(const std::uint8_t* pin_values) const {
  std::array<std::uint8_t, 64> stack{};
  std::size_t top = 0;
  for (const Step& step : steps_) {
    if (step.op == Op::kPin || step.op == Op::kConstant) {
      stack[top++] = step.op == Op::kPin ? pin_values[step.operand] : step.operand;
      continue;
    }
    std::uint8_t& a = stack[top - 1];
    if (step.op == Op::kNot) {
      a = a == 2 ? std::uint8_t{2} : static_cast<std::uint8_t>(1 - a);
      continue;
    }
    const std::uint8_t b = a;
    std::uint8_t& result = stack[--top - 1];
    const std::uint8_t c = result;
    if (step.op == Op::kAnd) {
      result = b == 0 || c == 0 ? 0 : (b == 1 && c == 1 ? 1 : 2);
    } else if (step.op == Op::kOr) {
      result = b == 1 || c == 1 ? 1 : (b == 0 && c == 0 ? 0 : 2);
    } else {
      result = b == 2 || c == 2 ? std::uint8_t{2} : static_cast<std::uint8_t>(b ^ c);
    }
  }
  return stack[0];
}

}  // namespace napier::cost::liberty

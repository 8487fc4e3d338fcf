#include "explore/ladder/mutation.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

#include "models/base/random.hpp"

namespace napier::explore::ladder {
namespace {

/// A piece of Verilog text.
struct Token {
  enum class Kind { kName, kNumber, kSymbol };
  Kind kind;
  std::size_t offset;
  std::string_view text;
};

constexpr std::array<std::string_view, 14> kLongSymbols = {
    "<<<", ">>>", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+:", "-:", "++", "::"};

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; }

std::size_t length_of_symbol(std::string_view rest) {
  for (const std::string_view symbol : kLongSymbols) {
    if (rest.starts_with(symbol)) return symbol.size();
  }
  return 1;
}

/// 9'd279, 1'b0, '0, 16'(...) up to the apostrophe, 31.
std::size_t length_of_number(std::string_view rest) {
  std::size_t n = 0;
  while (n < rest.size() && std::isdigit(static_cast<unsigned char>(rest[n])) != 0) ++n;
  if (n < rest.size() && rest[n] == '\'' && n + 1 < rest.size() && rest[n + 1] != '(') {
    ++n;
    while (n < rest.size() && is_name(rest[n])) ++n;
  }
  return n;
}

/// The code, without comments, strings, directives and attributes.
std::vector<Token> tokens(std::string_view text) {
  std::vector<Token> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
      ++at;
    } else if (rest.starts_with("//") || text[at] == '`') {
      at = std::min(text.find('\n', at), text.size());
    } else if (text[at] == '"') {
      at = std::min(text.find('"', at + 1), text.size() - 1) + 1;
    } else if (std::isdigit(static_cast<unsigned char>(text[at])) != 0 || rest.starts_with("'")) {
      const std::size_t length = std::max<std::size_t>(1, length_of_number(rest));
      all.push_back({length > 1 || rest[0] != '\'' ? Token::Kind::kNumber : Token::Kind::kSymbol, at,
                     rest.substr(0, length)});
      at += length;
    } else if (is_name(text[at])) {
      std::size_t length = 1;
      while (length < rest.size() && is_name(rest[length])) ++length;
      all.push_back({Token::Kind::kName, at, rest.substr(0, length)});
      at += length;
    } else {
      all.push_back({Token::Kind::kSymbol, at, rest.substr(0, length_of_symbol(rest))});
      at += all.back().text.size();
    }
  }
  return all;
}

/// Where in a statement a token stands.
struct Place {
  bool header = false;     ///< in the module's ports
  bool declared = false;   ///< in a declaration of signals or parameters, before any value
  bool parameter = false;  ///< in a localparam or parameter
  bool assigned = false;   ///< after the assignment sign
  bool in_reset = false;   ///< in the branch of a process that resets
  int depth = 0;           ///< of parentheses, brackets and braces
};

/// A literal with its lowest bit flipped, or `delta` more.
std::optional<std::string> changed_literal(std::string_view text, bool flip) {
  if (text == "'0") return "'1";
  if (text == "'1") return "'0";
  const std::size_t quote = text.find('\'');
  std::string head;
  std::string_view digits = text;
  int base = 10;
  if (quote != std::string_view::npos) {
    std::size_t at = quote + 1;
    if (at < text.size() && text[at] == 's') ++at;
    if (at >= text.size()) return std::nullopt;
    const std::map<char, int> bases = {{'d', 10}, {'b', 2}, {'h', 16}};
    const auto found = bases.find(text[at]);
    if (found == bases.end()) return std::nullopt;
    base = found->second;
    head = std::string(text.substr(0, at + 1));
    digits = text.substr(at + 1);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  value = flip ? value ^ 1 : value + 1;
  std::array<char, 80> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, base);
  return head + std::string(buffer.data(), written.ptr);
}

const std::map<std::string_view, std::string_view>& operator_faults() {
  static const std::map<std::string_view, std::string_view> faults = {
      {"+", "-"},     {"-", "+"},   {"&&", "||"}, {"||", "&&"}, {"&", "|"},   {"|", "&"},
      {"^", "|"},     {"==", "!="}, {"!=", "=="}, {"<<", ">>"}, {">>", "<<"}, {">>>", ">>"},
      {"<<<", ">>>"}, {"!", ""},    {"~", ""},    {"<", ">"},   {">", "<"}};
  return faults;
}

const std::map<std::string_view, std::string_view>& comparison_faults() {
  static const std::map<std::string_view, std::string_view> faults = {
      {"<", "<="}, {"<=", "<"}, {">", ">="}, {">=", ">"}};
  return faults;
}

/// Finds the mutations of one file, walking its tokens once.
class Finder {
 public:
  Finder(std::size_t file, std::string_view text, std::vector<Mutation>& found)
      : file_(file), tokens_(tokens(text)), found_(found) {}

  void run() {
    while (at_ < tokens_.size() && text(0) != "module") ++at_;
    place_.header = true;
    for (; at_ < tokens_.size(); ++at_) step();
  }

 private:
  std::string_view text(int ahead) const {
    const auto i = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at_) + ahead);
    return i < tokens_.size() ? tokens_[i].text : std::string_view();
  }

  void add(Fault fault, std::string replacement) {
    found_.push_back({fault, file_, tokens_[at_].offset, tokens_[at_].text.size(), std::move(replacement)});
  }

  void end_statement() {
    const bool in_reset = place_.in_reset;
    place_ = {};
    place_.in_reset = in_reset;
  }

  void step() {
    const Token& t = tokens_[at_];
    if (t.text == "(" || t.text == "[" || t.text == "{") ++place_.depth;
    if (t.text == ")" || t.text == "]" || t.text == "}") --place_.depth;
    follow_reset();
    if (t.kind == Token::Kind::kName) return name();
    if (t.kind == Token::Kind::kNumber) return number();
    if (t.text == ";") return end_statement();
    symbol();
  }

  /// `if (!rst_ni) begin ... end else`, or one statement without begin.
  void follow_reset() {
    if (text(0) == "rst_ni" && text(-1) == "!" && text(1) == ")") {
      place_.in_reset = true;
      reset_ends_with_ = text(2) == "begin" ? "end" : ";";
    } else if (place_.in_reset && text(0) == reset_ends_with_) {
      place_.in_reset = false;
    }
  }

  void name() {
    const std::string_view t = text(0);
    if (t == "localparam" || t == "parameter") place_.parameter = true;
    if (t == "logic" || t == "localparam" || t == "parameter" || t == "genvar" || t == "int")
      place_.declared = true;
    if (t == "begin" || t == "else" || t == "end") end_statement();
  }

  void number() {
    if (place_.in_reset) {
      if (const auto other = changed_literal(text(0), true); other && place_.assigned)
        add(Fault::kReset, *other);
      return;
    }
    if (place_.header && !place_.parameter) return width_of_range();
    if (place_.parameter) {
      // localparam int NameWidth = N
      if (text(-1) == "=" && text(-2).ends_with("Width")) {
        const auto value = std::stol(std::string(text(0)));
        if (value > 1) add(Fault::kWidth, std::to_string(value - 1));
      } else if (text(-1) == "=") {
        if (const auto other = changed_literal(text(0), false)) add(Fault::kConstant, *other);
      }
      return;
    }
    if (place_.declared && !place_.assigned) return width_of_range();
    if (text(-1) == "genvar") return;
    if (const auto other = changed_literal(text(0), true)) add(Fault::kConstant, *other);
    if (const auto other = changed_literal(text(0), false); other && text(0).find('\'') != 0) {
      add(Fault::kOffByOne, *other);
    }
  }

  /// [Width-1:0] of a signal inside the module becomes [Width-2:0].
  void width_of_range() {
    if (place_.header) return;
    if (text(0) == "1" && text(-1) == "-" && text(1) == ":" && text(2) == "0") add(Fault::kWidth, "2");
  }

  void symbol() {
    const std::string_view t = text(0);
    if (place_.header) {
      if (t == ")" && place_.depth == 0 && text(1) == ";") place_.header = false;
      if (t == ",") place_.parameter = place_.declared = false;
      return;
    }
    if (place_.parameter) return;
    const bool assignment = !place_.assigned && place_.depth == 0 && (t == "=" || t == "<=");
    if (assignment) {
      place_.assigned = true;
      return;
    }
    if (place_.declared && !place_.assigned) return;
    if (const auto found = operator_faults().find(t); found != operator_faults().end() && !place_.in_reset) {
      add(Fault::kOperator, std::string(found->second));
    }
    if (const auto found = comparison_faults().find(t); found != comparison_faults().end()) {
      add(Fault::kOffByOne, std::string(found->second));
    }
  }

  std::size_t file_;
  std::vector<Token> tokens_;
  std::vector<Mutation>& found_;
  std::size_t at_ = 0;
  Place place_;
  std::string_view reset_ends_with_;
};

}  // namespace

std::string fault_name(Fault fault) {
  switch (fault) {
    case Fault::kOperator:
      return "operator";
    case Fault::kConstant:
      return "constant";
    case Fault::kOffByOne:
      return "off by one";
    case Fault::kWidth:
      return "width";
    case Fault::kReset:
      return "reset";
  }
  return "";
}

std::vector<Mutation> mutations(const std::vector<rtl::EmittedFile>& files) {
  std::vector<Mutation> all;
  for (std::size_t i = 0; i < files.size(); ++i) Finder(i, files[i].text, all).run();
  return all;
}

std::vector<Mutation> draw(std::vector<Mutation> all, std::size_t count, std::uint64_t seed) {
  const Philox random(seed);
  for (std::size_t i = all.size(); i > 1; --i) {
    std::swap(all[i - 1], all[random.below(static_cast<std::uint32_t>(i), 77, i)]);
  }
  std::array<std::vector<Mutation>, kFaults> by_fault;
  for (const Mutation& m : all) by_fault[static_cast<std::size_t>(m.fault)].push_back(m);
  std::vector<Mutation> drawn;
  for (std::size_t round = 0; drawn.size() < std::min(count, all.size()); ++round) {
    for (const std::vector<Mutation>& kind : by_fault) {
      if (round < kind.size() && drawn.size() < count) drawn.push_back(kind[round]);
    }
  }
  return drawn;
}

std::vector<rtl::EmittedFile> with(const std::vector<rtl::EmittedFile>& files, const Mutation& mutation) {
  std::vector<rtl::EmittedFile> changed = files;
  changed[mutation.file].text.replace(mutation.offset, mutation.length, mutation.text);
  return changed;
}

std::string describe(const std::vector<rtl::EmittedFile>& files, const Mutation& m) {
  const std::string& text = files[m.file].text;
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(m.offset), '\n') + 1;
  const std::size_t begin = text.find_last_not_of('\n', text.rfind('\n', m.offset) + 1);
  const auto trimmed = [](std::string part) {
    const std::size_t first = part.find_first_not_of(' ');
    return first == std::string::npos ? std::string() : part.substr(first);
  };
  const std::size_t start = begin == std::string::npos ? 0 : text.rfind('\n', m.offset) + 1;
  const std::size_t end = std::min(text.find('\n', m.offset), text.size());
  std::string after = text.substr(start, end - start);
  after.replace(m.offset - start, m.length, m.text);
  return files[m.file].path.filename().string() + ":" + std::to_string(line) + ": " + fault_name(m.fault) +
         ": '" + trimmed(text.substr(start, end - start)) + "' becomes '" + trimmed(after) + "'";
}

}  // namespace napier::explore::ladder

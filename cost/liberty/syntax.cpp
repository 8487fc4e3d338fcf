#include "cost/liberty/syntax.hpp"

#include <zlib.h>

#include <cctype>
#include <memory>

#include "models/base/error.hpp"

namespace napier::cost::liberty {
namespace {

/// A token: a punctuation character, a word, or a quoted string (kind '"').
struct Token {
  char kind = 0;  // 0 end, 'w' word, '"' string, else the punctuation character itself
  std::string text;
  int line = 0;
};

class Lexer {
 public:
  Lexer(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Token next() {
    skip_blank();
    Token token;
    token.line = line_;
    if (at_ >= text_.size()) return token;
    const char c = text_[at_];
    if (c == '"') return string_token();
    if (is_punctuation(c)) {
      ++at_;
      token.kind = c;
      token.text = c;
      return token;
    }
    token.kind = 'w';
    while (at_ < text_.size() && !is_blank(text_[at_]) && !is_punctuation(text_[at_]) && text_[at_] != '"') {
      token.text += text_[at_++];
    }
    return token;
  }

  [[noreturn]] void fail(int line, const std::string& message) const {
    throw InputError(file_ + ":" + std::to_string(line) + ": " + message +
                     "; check that the file is a whole, uncorrupted Liberty library");
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\\'; }
  static bool is_punctuation(char c) {
    return c == '(' || c == ')' || c == '{' || c == '}' || c == ';' || c == ':' || c == ',';
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      if (text_[at_] == '\n') ++line_;
      if (is_blank(text_[at_])) {
        ++at_;
      } else if (text_.substr(at_, 2) == "/*") {
        const int start = line_;
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) fail(start, "comment without end");
        for (; at_ < end; ++at_) line_ += text_[at_] == '\n';
        at_ = end + 2;
      } else if (text_.substr(at_, 2) == "//") {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  Token string_token() {
    Token token{'"', "", line_};
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\n') ++line_;
      const bool continued = text_[at_] == '\\' || text_[at_] == '\n' || text_[at_] == '\r';
      if (!continued) token.text += text_[at_];
    }
    if (at_ >= text_.size()) fail(token.line, "string without end");
    ++at_;
    return token;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  int line_ = 1;
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : lexer_(text, file) { advance(); }

  Group file() {
    Group top;
    statement(top);
    while (token_.kind == ';') advance();
    if (token_.kind != 0)
      lexer_.fail(token_.line, "text after the end of the library: '" + token_.text + "'");
    if (top.groups.size() != 1 || top.groups[0].name != "library") {
      lexer_.fail(1, "no 'library (name) { ... }' group");
    }
    return std::move(top.groups[0]);
  }

 private:
  void advance() { token_ = lexer_.next(); }

  void statement(Group& parent) {
    if (token_.kind != 'w') {
      lexer_.fail(token_.line, "expected an attribute or group name, found " +
                                   (token_.kind == 0 ? "the end of the file" : "'" + token_.text + "'"));
    }
    const Token name = token_;
    advance();
    if (token_.kind == ':') {
      parent.attributes.push_back({name.text, {simple_value(name.text)}, name.line});
    } else if (token_.kind == '(') {
      std::vector<std::string> arguments = argument_list(name.text);
      if (token_.kind == '{') {
        parent.groups.push_back(body(Group{name.text, std::move(arguments), name.line, {}, {}}));
      } else {
        parent.attributes.push_back({name.text, std::move(arguments), name.line});
      }
    } else {
      lexer_.fail(token_.line, "expected ':' or '(' after '" + name.text + "'");
    }
    while (token_.kind == ';') advance();
  }

  Group body(Group group) {
    advance();
    while (token_.kind == ';') advance();
    while (token_.kind != '}') {
      if (token_.kind == 0) lexer_.fail(group.line, "group '" + group.name + "' is not closed");
      statement(group);
    }
    advance();
    return group;
  }

  /// A value ends at ';' or, as many libraries leave that out, with its line.
  std::string simple_value(const std::string& name) {
    advance();
    if (token_.kind != 'w' && token_.kind != '"') {
      lexer_.fail(token_.line, "attribute '" + name + "' has no value");
    }
    const int line = token_.line;
    std::string value;
    while (token_.line == line && token_.kind != ';' && token_.kind != '}' && token_.kind != 0) {
      value += (value.empty() ? "" : " ") + token_.text;
      advance();
    }
    return value;
  }

  std::vector<std::string> argument_list(const std::string& name) {
    std::vector<std::string> arguments;
    const int line = token_.line;
    advance();
    while (token_.kind != ')') {
      if (token_.kind == 0) lexer_.fail(line, "'(' after '" + name + "' is not closed");
      if (token_.kind != 'w' && token_.kind != '"' && token_.kind != ',' && token_.kind != ':') {
        lexer_.fail(token_.line, "unexpected '" + token_.text + "' in the arguments of '" + name + "'");
      }
      if (token_.kind != ',') arguments.push_back(token_.text);
      advance();
    }
    advance();
    return arguments;
  }

  Lexer lexer_;
  Token token_;
};

}  // namespace

const Attribute* Group::attribute(std::string_view wanted) const {
  for (const Attribute& a : attributes) {
    if (a.name == wanted) return &a;
  }
  return nullptr;
}

Group parse(std::string_view text, const std::string& file) { return Parser(text, file).file(); }

std::string read_text(const std::filesystem::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.c_str(), "rb"), gzclose);
  if (!in) {
    throw InputError("cannot read Liberty library '" + file.string() +
                     "'; check the path and its permissions");
  }
  std::string text;
  char buffer[1 << 16];
  int count = 0;
  while ((count = gzread(in.get(), buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  if (count < 0) {
    throw InputError("Liberty library '" + file.string() + "' is damaged (gzip); fetch it again");
  }
  return text;
}

}  // namespace napier::cost::liberty

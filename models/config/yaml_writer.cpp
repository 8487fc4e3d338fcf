#include <cctype>

#include "models/config/node.hpp"
#include "models/config/scalar.hpp"

namespace napier::config {
namespace {

/// True where the text stands for itself without quotes, in YAML 1.1 and 1.2 alike.
bool is_plain(const std::string& text) {
  if (text.empty() || reads_as_other_than_text(text)) return false;
  const auto first = static_cast<unsigned char>(text.front());
  if (!std::isalnum(first) && first != '_' && first != '/' && first != '.') return false;
  for (const char c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c)) &&
        std::string_view("_-./+").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::string quoted(const std::string& text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string inline_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kScalar:
      return node.quoted && !is_plain(node.text) ? quoted(node.text) : node.text;
    case Node::Kind::kMap:
      return "{}";
    case Node::Kind::kList:
      break;
  }
  std::string out = "[";
  for (const Node& item : node.items) out += (out.size() > 1 ? ", " : "") + inline_text(item);
  return out + "]";
}

bool is_block(const Node& node) {
  if (node.kind == Node::Kind::kMap) return !node.entries.empty();
  return node.kind == Node::Kind::kList && !node.items.empty() && node.items.front().kind == Node::Kind::kMap;
}

/// `lead` starts the first line: the dash of a list item, or the indentation.
void write_map(const Node& map, std::string lead, const std::string& indent, std::string& out) {
  for (const Entry& entry : map.entries) {
    out += lead + entry.key + ":";
    lead = indent;
    if (!is_block(entry.value)) {
      out += " " + inline_text(entry.value) + "\n";
      continue;
    }
    out += "\n";
    if (entry.value.kind == Node::Kind::kMap) {
      write_map(entry.value, indent + "  ", indent + "  ", out);
      continue;
    }
    for (const Node& item : entry.value.items) write_map(item, indent + "  - ", indent + "    ", out);
  }
}

}  // namespace

std::string write_yaml(const Node& map) {
  std::string out;
  write_map(map, "", "", out);
  return out;
}

}  // namespace napier::config

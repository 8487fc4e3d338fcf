#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Configuration files as Napier sees them: a tree of values that remember where they were written.
namespace napier::config {

/// Line and column in a file, counted from 1; line 0: not from a file.
struct Place {
  int line = 0;
  int column = 0;
};

struct Entry;

/// One YAML value: nothing, a scalar as written, a list, or a map in the order of the file.
struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  std::string text;     ///< scalar
  bool quoted = false;  ///< the scalar stood in quotes, so that it is text whatever it looks like
  std::vector<Node> items;
  std::vector<Entry> entries;
  Place place;
};

struct Entry {
  std::string key;
  Place place;
  Node value;
};

Node scalar(std::string text, bool quoted = false);

/// "file:line:column", or the file alone where there is no place.
std::string to_string(std::string_view source, Place place);

/// Throws InputError "file:line:column: message".
[[noreturn]] void fail(std::string_view source, Place place, const std::string& message);

/// Reads one YAML document whose top level is a map. Refused with InputError, because they change what a
/// reader sees in a way that is easy to overlook: duplicate keys, anchors, aliases, merge keys (<<), tags,
/// several documents, keys that are no plain text, an empty file. `source` is the name used in messages.
Node parse_yaml(std::string_view text, std::string_view source);

/// Block style, two blanks of indentation, lists of scalars in one line. parse_yaml gives the same tree back.
std::string write_yaml(const Node& map);

}  // namespace napier::config

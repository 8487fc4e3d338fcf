#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The bare syntax of a Liberty file ("Liberty User Guide", volume 1, Synopsys open source Liberty): nested
/// groups of attributes. What they mean is library.hpp's matter.
namespace napier::cost::liberty {

/// `name : value ;` or `name (value, value, ...) ;`
struct Attribute {
  std::string name;
  std::vector<std::string> values;
  int line = 0;
};

/// `name (argument, ...) { ... }`
struct Group {
  std::string name;
  std::vector<std::string> arguments;
  int line = 0;
  std::vector<Attribute> attributes;
  std::vector<Group> groups;

  const Attribute* attribute(std::string_view wanted) const;
};

/// Parses text. `file` is for messages only. Throws InputError "file:line: ..." where the text is no Liberty.
Group parse(std::string_view text, const std::string& file);

/// The text of a Liberty file, decompressed where it is gzip. Throws InputError where it cannot be read.
std::string read_text(const std::filesystem::path& file);

}  // namespace napier::cost::liberty

#pragma once
#include <filesystem>
#include <string>

#include "models/base/files.hpp"
#include "models/config/document.hpp"
#include "models/config/group.hpp"

namespace napier::config {

/// One kind of configuration file, without the struct it fills: what explain, docs and JSON Schema need.
struct AnySchema {
  std::string name;  ///< "design"
  std::string text;  ///< one line: what such a file describes
  Record root;
};

/// One kind of configuration file, read into the struct T.
///
///   const config::Schema<Design>& design_schema() {
///     static const config::Schema<Design> schema("design", "One datapath", declare_design);
///     return schema;
///   }
template <class T>
class Schema : public AnySchema {
 public:
  Schema(const std::string& schema_name, const std::string& one_line, void (*declare)(Group<T>&)) {
    name = schema_name;
    text = one_line;
    Group<T> group(root, "", T{});
    declare(group);
  }

  /// Reads a file's text. `document.source` names the file in messages; its places are filled in.
  T parse(std::string_view yaml, Document& document) const {
    T object{};
    read_record(root, parse_yaml(yaml, document.source), &object, document);
    return object;
  }

  /// Reads a file. `document` is filled in.
  T read(const std::filesystem::path& file, Document& document) const {
    document.source = file.string();
    return parse(read_file(file), document);
  }

  /// YAML with every parameter written, the same text for the same struct on every machine.
  std::string write(const T& object) const { return write_yaml(write_record(root, &object)); }
};

}  // namespace napier::config

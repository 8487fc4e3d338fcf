#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/config/node.hpp"

/// A parameter as it was declared: everything that parsing, writing, `napier explain`, the tables in docs/
/// and the JSON Schema need to know of it. Declarations are made with Group (group.hpp).
namespace napier::config {

/// kAny: whatever YAML can say; who reads it checks it.
enum class Type { kInteger, kReal, kBoolean, kChoice, kText, kPath, kAny };

struct IntegerRange {
  std::int64_t min = INT64_MIN;
  std::int64_t max = INT64_MAX;
};

/// `above`, `below`: the limit itself is outside.
struct RealRange {
  double min = 0;
  double max = 0;
  bool above = false;
  bool below = false;
};

struct ListSize {
  std::size_t min = 0;
  std::size_t max = 1000;
};

/// One legal word of a choice.
struct Option {
  std::string name;
  std::string text;
};

/// What a scalar, or each element of a list, may be.
struct ValueType {
  Type type = Type::kText;
  std::string unit = {};  ///< "" where there is none
  IntegerRange integers = {};
  RealRange reals = {};
  std::vector<Option> options = {};  ///< of a choice
  bool may_be_empty = false;         ///< texts and paths whose default is empty: nothing given
};

struct Record;

struct Parameter {
  /// kSettings: a map from keys of other kinds of files to values; who applies them checks them.
  enum class Shape { kScalar, kList, kGroup, kRecords, kSettings };

  std::string name;  ///< last part of the key
  std::string key;   ///< whole key: "datapath.term_bits"; inside a list of records "layers[].size"
  std::string text;  ///< one line of help
  Shape shape = Shape::kScalar;
  ValueType value;                 ///< kScalar, kList
  ListSize size;                   ///< kList, kRecords
  std::shared_ptr<Record> record;  ///< kGroup, kRecords: the parameters inside
  bool required = false;           ///< has no default
  Node default_value;              ///< what the struct's own initialiser says

  // How the struct member is reached. `object` is the struct that the declaration belongs to.
  std::function<void(void* object, const Node&)> store;  ///< kScalar, kList, kSettings; node checked
  std::function<Node(const void* object)> load;          ///< kScalar, kList, kSettings
  std::function<void*(void* object)> member;             ///< kGroup
  std::function<void*(void* object)> append;             ///< kRecords: adds an element, gives its address
  std::function<void(void* object)> clear;               ///< kRecords
  std::function<std::vector<const void*>(const void* object)> elements;  ///< kRecords
};

/// The parameters of one struct, in the order of declaration.
struct Record {
  std::vector<std::unique_ptr<Parameter>> parameters;
};

/// "integer", "list of paths", "group", ...
std::string type_text(const Parameter& parameter);

/// The legal values: "4..8 bits", "above 0, below 1", "lns | int8", "1 to 16 values, each 1..4096"; "" where
/// anything of the type is legal.
std::string range_text(const Parameter& parameter);

/// The default as it would be written in YAML; "required" where there is none.
std::string default_text(const Parameter& parameter);

/// Keys of all parameters below `record`, groups included.
std::vector<std::string> keys_of(const Record& record);

/// The parameter with that key, or nullptr.
const Parameter* find(const Record& record, std::string_view key);

}  // namespace napier::config

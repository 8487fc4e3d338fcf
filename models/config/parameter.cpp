#include "models/config/parameter.hpp"

#include "models/config/scalar.hpp"

namespace napier::config {
namespace {

std::string type_name(Type type) {
  switch (type) {
    case Type::kInteger:
      return "integer";
    case Type::kReal:
      return "number";
    case Type::kBoolean:
      return "true or false";
    case Type::kChoice:
      return "choice";
    case Type::kText:
      return "text";
    case Type::kPath:
      return "path";
    case Type::kAny:
      return "value";
  }
  return {};
}

std::string integer_range(const IntegerRange& range) {
  if (range.min == INT64_MIN && range.max == INT64_MAX) return {};
  if (range.max == INT64_MAX) return "at least " + std::to_string(range.min);
  return std::to_string(range.min) + ".." + std::to_string(range.max);
}

std::string real_range(const RealRange& range) {
  const std::string low = real_node(range.min).text;
  const std::string high = real_node(range.max).text;
  if (!range.above && !range.below) return low + ".." + high;
  return (range.above ? "above " : "at least ") + low + ", " + (range.below ? "below " : "at most ") + high;
}

std::string value_range(const ValueType& value) {
  std::string text;
  if (value.type == Type::kInteger) text = integer_range(value.integers);
  if (value.type == Type::kReal) text = real_range(value.reals);
  for (const Option& option : value.options) text += (text.empty() ? "" : " | ") + option.name;
  if (!text.empty() && !value.unit.empty()) text += " " + value.unit;
  return text;
}

std::string size_text(const ListSize& size) {
  return std::to_string(size.min) + " to " + std::to_string(size.max) + " values";
}

void collect(const Record& record, std::vector<std::string>& keys) {
  for (const auto& parameter : record.parameters) {
    keys.push_back(parameter->key);
    if (parameter->record) collect(*parameter->record, keys);
  }
}

}  // namespace

std::string type_text(const Parameter& parameter) {
  switch (parameter.shape) {
    case Parameter::Shape::kGroup:
      return "group";
    case Parameter::Shape::kRecords:
      return "list of groups";
    case Parameter::Shape::kSettings:
      return "keys with values";
    case Parameter::Shape::kList:
      return "list of " + type_name(parameter.value.type);
    case Parameter::Shape::kScalar:
      break;
  }
  return type_name(parameter.value.type);
}

std::string range_text(const Parameter& parameter) {
  switch (parameter.shape) {
    case Parameter::Shape::kGroup:
    case Parameter::Shape::kSettings:
      return {};
    case Parameter::Shape::kScalar:
      return value_range(parameter.value);
    case Parameter::Shape::kRecords:
      return size_text(parameter.size);
    case Parameter::Shape::kList:
      break;
  }
  const std::string each = value_range(parameter.value);
  return size_text(parameter.size) + (each.empty() ? "" : ", each " + each);
}

std::string default_text(const Parameter& parameter) {
  if (parameter.required) return "required";
  if (parameter.shape == Parameter::Shape::kGroup) return {};
  if (parameter.shape == Parameter::Shape::kRecords) return "[]";
  Node map;
  map.kind = Node::Kind::kMap;
  map.entries.push_back({"", {}, parameter.default_value});
  const std::string line = write_yaml(map);  // ": value\n"
  return line.substr(2, line.size() - 3);
}

std::vector<std::string> keys_of(const Record& record) {
  std::vector<std::string> keys;
  collect(record, keys);
  return keys;
}

const Parameter* find(const Record& record, std::string_view key) {
  for (const auto& parameter : record.parameters) {
    if (parameter->key == key) return parameter.get();
    if (!parameter->record) continue;
    if (const Parameter* inner = find(*parameter->record, key)) return inner;
  }
  return nullptr;
}

}  // namespace napier::config

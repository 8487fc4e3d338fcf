#include "models/config/json_schema.hpp"

#include <nlohmann/json.hpp>

#include "models/config/scalar.hpp"

namespace napier::config {
namespace {

using Json = nlohmann::ordered_json;

Json of_record(const Record& record);

Json of_value(const ValueType& type) {
  Json json;
  switch (type.type) {
    case Type::kInteger:
      json["type"] = "integer";
      if (type.integers.min != INT64_MIN) json["minimum"] = type.integers.min;
      if (type.integers.max != INT64_MAX) json["maximum"] = type.integers.max;
      break;
    case Type::kReal:
      json["type"] = "number";
      json[type.reals.above ? "exclusiveMinimum" : "minimum"] = type.reals.min;
      json[type.reals.below ? "exclusiveMaximum" : "maximum"] = type.reals.max;
      break;
    case Type::kBoolean:
      json["type"] = "boolean";
      break;
    case Type::kChoice:
      for (const Option& option : type.options) json["enum"].push_back(option.name);
      break;
    case Type::kText:
    case Type::kPath:
      json["type"] = "string";
      if (!type.may_be_empty) json["minLength"] = 1;
      break;
    case Type::kAny:
      break;
  }
  return json;
}

Json of_default(Type type, const Node& node) {
  if (node.kind == Node::Kind::kMap) return Json::object();
  if (node.kind == Node::Kind::kList) {
    Json list = Json::array();
    for (const Node& item : node.items) list.push_back(of_default(type, item));
    return list;
  }
  if (type == Type::kInteger) return to_integer(node.text).value_or(0);
  if (type == Type::kReal) return to_real(node.text).value_or(0);
  if (type == Type::kBoolean) return to_boolean(node.text).value_or(false);
  return node.text;
}

Json of_parameter(const Parameter& p) {
  Json json;
  json["description"] = p.text + (p.value.unit.empty() ? "" : " [" + p.value.unit + "]");
  if (p.shape == Parameter::Shape::kGroup) {
    json.update(of_record(*p.record));
    return json;
  }
  if (p.shape == Parameter::Shape::kScalar) {
    json.update(of_value(p.value));
  } else if (p.shape == Parameter::Shape::kSettings) {
    json["type"] = "object";
  } else {
    json["type"] = "array";
    json["minItems"] = p.size.min;
    json["maxItems"] = p.size.max;
    json["items"] = p.shape == Parameter::Shape::kRecords ? of_record(*p.record) : of_value(p.value);
  }
  if (!p.required && p.shape != Parameter::Shape::kRecords)
    json["default"] = of_default(p.value.type, p.default_value);
  return json;
}

Json of_record(const Record& record) {
  Json json;
  json["type"] = "object";
  json["additionalProperties"] = false;
  Json required = Json::array();
  for (const auto& p : record.parameters) {
    json["properties"][p->name] = of_parameter(*p);
    if (p->required) required.push_back(p->name);
  }
  if (!required.empty()) json["required"] = required;
  return json;
}

}  // namespace

std::string json_schema(const AnySchema& schema) {
  Json json;
  json["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  json["title"] = "Napier " + schema.name;
  json["description"] = schema.text;
  json.update(of_record(schema.root));
  return json.dump(2) + "\n";
}

}  // namespace napier::config

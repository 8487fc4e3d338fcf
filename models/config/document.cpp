#include "models/config/document.hpp"

#include "models/config/nearest.hpp"
#include "models/config/scalar.hpp"

namespace napier::config {
namespace {

/// Reads one file. `root` is known for suggestions from other groups.
class Reader {
 public:
  /// `partial`: the object is filled already, so that keys without a default may be left out.
  Reader(const Record& root, Document& document, bool partial)
      : root_(root), document_(document), partial_(partial) {}

  void read(const Record& record, const Node& map, void* object, const std::string& prefix) {
    for (const Entry& entry : map.entries) {
      const Parameter* parameter = nullptr;
      for (const auto& candidate : record.parameters) {
        if (candidate->name == entry.key) parameter = candidate.get();
      }
      if (parameter == nullptr) refuse_unknown(record, entry, prefix);
      document_.places[prefix + entry.key] = entry.value.place;
      read(*parameter, entry.value, object, prefix + entry.key);
    }
    for (const auto& parameter : record.parameters) {
      if (partial_ || !parameter->required || document_.places.contains(prefix + parameter->name)) continue;
      fail(document_.source, map.place,
           "key '" + prefix + parameter->name + "' is missing: " + parameter->text +
               "; it has no default, so write it");
    }
  }

 private:
  void read(const Parameter& parameter, const Node& node, void* object, const std::string& key) {
    switch (parameter.shape) {
      case Parameter::Shape::kScalar:
        check(parameter.value, node, key);
        parameter.store(object, node);
        return;
      case Parameter::Shape::kList:
        check_list(parameter, node, key);
        for (std::size_t i = 0; i < node.items.size(); ++i) {
          check(parameter.value, node.items[i], key + "[" + std::to_string(i) + "]");
        }
        parameter.store(object, node);
        return;
      case Parameter::Shape::kGroup:
        if (node.kind != Node::Kind::kMap) {
          fail(document_.source, node.place,
               "key '" + key + "' is a group; write keys below it, indented, for instance '" +
                   parameter.record->parameters.front()->name + ": ...'");
        }
        read(*parameter.record, node, parameter.member(object), key + ".");
        return;
      case Parameter::Shape::kRecords:
        read_records(parameter, node, object, key);
        return;
      case Parameter::Shape::kSettings:
        if (node.kind != Node::Kind::kMap) {
          wrong_type(node, key, "a group of keys with values", "write 'key: value' lines below it, indented");
        }
        parameter.store(object, node);
        return;
    }
  }

  void read_records(const Parameter& parameter, const Node& node, void* object, const std::string& key) {
    check_list(parameter, node, key);
    parameter.clear(object);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string item = key + "[" + std::to_string(i) + "]";
      if (node.items[i].kind != Node::Kind::kMap) {
        fail(document_.source, node.items[i].place,
             "key '" + item + "' must be a group; write '- " + parameter.record->parameters.front()->name +
                 ": ...'");
      }
      void* fresh = parameter.append(object);  // nothing is filled yet
      Reader(root_, document_, false).read(*parameter.record, node.items[i], fresh, item + ".");
    }
  }

  [[noreturn]] void refuse_unknown(const Record& record, const Entry& entry,
                                   const std::string& prefix) const {
    std::vector<std::string> candidates;  // those of the same group first: they win a tie
    for (const auto& parameter : record.parameters) candidates.push_back(prefix + parameter->name);
    for (const std::string& key : keys_of(root_)) candidates.push_back(key);
    const std::string key = prefix + entry.key;
    std::string remedy = suggestion(key, candidates);
    if (remedy.empty()) {
      remedy = "; legal here:";
      for (std::size_t i = 0; i < record.parameters.size(); ++i) {
        remedy += (i == 0 ? " " : ", ") + record.parameters[i]->name;
      }
    }
    fail(document_.source, entry.place, "key '" + key + "' is unknown" + remedy);
  }

  [[noreturn]] void wrong_type(const Node& node, const std::string& key, const std::string& what,
                               const std::string& remedy) const {
    std::string got = "nothing";
    if (node.kind == Node::Kind::kScalar)
      got = node.quoted ? "the text \"" + node.text + "\"" : "'" + node.text + "'";
    if (node.kind == Node::Kind::kList) got = "a list";
    if (node.kind == Node::Kind::kMap) got = "a group";
    fail(document_.source, node.place, "key '" + key + "' must be " + what + ", got " + got + "; " + remedy);
  }

  void check_list(const Parameter& parameter, const Node& node, const std::string& key) const {
    if (node.kind != Node::Kind::kList) {
      wrong_type(node, key, "a list (" + range_text(parameter) + ")",
                 "write it in brackets or as lines with '- '");
    }
    const ListSize& size = parameter.size;
    if (node.items.size() >= size.min && node.items.size() <= size.max) return;
    fail(document_.source, node.place,
         "key '" + key + "' has " + std::to_string(node.items.size()) + " values; legal are " +
             std::to_string(size.min) + " to " + std::to_string(size.max));
  }

  void check(const ValueType& type, const Node& node, const std::string& key) const {
    const bool plain = node.kind == Node::Kind::kScalar && !node.quoted;
    switch (type.type) {
      case Type::kInteger:
        check_integer(type, node, key, plain);
        return;
      case Type::kReal:
        check_real(type, node, key, plain);
        return;
      case Type::kBoolean:
        if (!plain || !to_boolean(node.text)) wrong_type(node, key, "true or false", "write true or false");
        return;
      case Type::kChoice:
        check_choice(type, node, key);
        return;
      case Type::kText:
      case Type::kPath:
        check_text(node, key, type.type == Type::kPath ? "a path" : "text", type.may_be_empty);
        return;
      case Type::kAny:
        if (node.kind == Node::Kind::kNull) wrong_type(node, key, "a value", "write one");
        return;
    }
  }

  void check_integer(const ValueType& type, const Node& node, const std::string& key, bool plain) const {
    const std::string legal = legal_values(type);
    const auto value = plain ? to_integer(node.text) : std::nullopt;
    if (!value)
      wrong_type(node, key, "an integer", "write decimal digits" + (legal.empty() ? "" : ", " + legal));
    if (*value >= type.integers.min && *value <= type.integers.max) return;
    out_of_range(node, key, legal);
  }

  void check_real(const ValueType& type, const Node& node, const std::string& key, bool plain) const {
    const std::string legal = legal_values(type);
    const auto value = plain ? to_real(node.text) : std::nullopt;
    if (!value) wrong_type(node, key, "a number", "write it like 0.5 or 1e-3, " + legal);
    const RealRange& r = type.reals;
    const bool low = r.above ? *value > r.min : *value >= r.min;
    const bool high = r.below ? *value < r.max : *value <= r.max;
    if (!low || !high) out_of_range(node, key, legal);
  }

  void check_choice(const ValueType& type, const Node& node, const std::string& key) const {
    std::vector<std::string> names;
    for (const Option& option : type.options) names.push_back(option.name);
    const std::string legal = legal_values(type);
    if (node.kind != Node::Kind::kScalar)
      wrong_type(node, key, "one of " + legal, "write one of these words");
    for (const std::string& name : names) {
      if (node.text == name) return;
    }
    fail(document_.source, node.place,
         "key '" + key + "' has no choice '" + node.text + "'; supported: " + legal +
             suggestion(node.text, names));
  }

  void check_text(const Node& node, const std::string& key, const std::string& what,
                  bool may_be_empty) const {
    if (node.kind != Node::Kind::kScalar) wrong_type(node, key, what, "write one word or a text in quotes");
    if (!node.quoted && reads_as_other_than_text(node.text)) {
      wrong_type(node, key, what, "write it in quotes: \"" + node.text + "\"");
    }
    if (node.text.empty() && !may_be_empty) {
      fail(document_.source, node.place, "key '" + key + "' is empty; write " + what);
    }
  }

  static std::string legal_values(const ValueType& type) {
    Parameter parameter;
    parameter.value = type;
    return range_text(parameter);
  }

  [[noreturn]] void out_of_range(const Node& node, const std::string& key, const std::string& legal) const {
    fail(document_.source, node.place,
         "key '" + key + "' is out of range: " + node.text + "; legal is " + legal);
  }

  const Record& root_;
  Document& document_;
  const bool partial_;
};

}  // namespace

std::string Document::at(const std::string& key) const {
  const auto found = places.find(key);
  return to_string(source, found == places.end() ? Place{} : found->second);
}

void read_record(const Record& record, const Node& map, void* object, Document& document) {
  Reader(record, document, false).read(record, map, object, "");
}

void update_record(const Record& record, const Entry& setting, void* object, Document& document) {
  Node value = setting.value;
  for (std::size_t end = setting.key.size(); end != std::string::npos;) {
    const std::size_t dot = end == 0 ? std::string::npos : setting.key.rfind('.', end - 1);
    const std::size_t begin = dot == std::string::npos ? 0 : dot + 1;
    Node map;
    map.kind = Node::Kind::kMap;
    map.place = setting.place;
    map.entries.push_back({setting.key.substr(begin, end - begin), setting.place, std::move(value)});
    value = std::move(map);
    end = dot;
  }
  Reader(record, document, true).read(record, value, object, "");
}

Node write_record(const Record& record, const void* object) {
  Node map;
  map.kind = Node::Kind::kMap;
  for (const auto& p : record.parameters) {
    Node value;
    switch (p->shape) {
      case Parameter::Shape::kScalar:
      case Parameter::Shape::kList:
      case Parameter::Shape::kSettings:
        value = p->load(object);
        break;
      case Parameter::Shape::kGroup:
        value = write_record(*p->record, p->member(const_cast<void*>(object)));
        break;
      case Parameter::Shape::kRecords:
        value.kind = Node::Kind::kList;
        for (const void* element : p->elements(object))
          value.items.push_back(write_record(*p->record, element));
        break;
    }
    map.entries.push_back({p->name, {}, std::move(value)});
  }
  return map;
}

std::filesystem::path beside(const std::filesystem::path& file, const std::filesystem::path& path) {
  return path.is_absolute() ? path : (file.parent_path() / path).lexically_normal();
}

}  // namespace napier::config

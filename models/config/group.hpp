#pragma once
#include <concepts>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "models/config/parameter.hpp"
#include "models/config/scalar.hpp"

namespace napier::config {

/// One legal word of a choice and the value it stands for.
template <class E>
struct Choice {
  E value;
  std::string name;
  std::string text;
};

/// Declares the parameters of the struct T. Each call declares one parameter, once: its name, the member it
/// is kept in, its legal range, its unit and one line of help. Its default is the value that the member has
/// in a default-constructed struct. Set `.required = true` on the result where there is no sensible default.
///
///   config::Group<Datapath> datapath = design.group("datapath", &Design::datapath, "Vector lanes");
///   datapath.integer("term_bits", &Datapath::term_bits, {2, 30}, "bits", "Bits of a term below the top
///   octave");
template <class T>
class Group {
 public:
  /// For schemas; use group() or records() to declare an inner one.
  Group(Record& record, std::string prefix, T defaults)
      : record_(record), prefix_(std::move(prefix)), defaults_(std::move(defaults)) {}

  template <std::integral M>
  Parameter& integer(const std::string& name, M T::*member, IntegerRange range, const std::string& unit,
                     const std::string& text) {
    return add_scalar(name, member, integer_type(range, unit), text, read_integer<M>,
                      [](const M& m) { return integer_node(static_cast<std::int64_t>(m)); });
  }

  Parameter& real(const std::string& name, double T::*member, RealRange range, const std::string& unit,
                  const std::string& text) {
    return add_scalar(name, member, real_type(range, unit), text, read_real, real_node);
  }

  Parameter& boolean(const std::string& name, bool T::*member, const std::string& text) {
    return add_scalar(
        name, member, {.type = Type::kBoolean}, text,
        [](const Node& n) { return to_boolean(n.text).value_or(false); }, boolean_node);
  }

  template <class E>
  Parameter& choice(const std::string& name, E T::*member, const std::vector<Choice<E>>& choices,
                    const std::string& text) {
    ValueType type{.type = Type::kChoice};
    for (const Choice<E>& c : choices) type.options.push_back({c.name, c.text});
    const auto read = [choices](const Node& n) {
      for (const Choice<E>& c : choices) {
        if (c.name == n.text) return c.value;
      }
      return choices.front().value;
    };
    const auto write = [choices](const E& value) {
      for (const Choice<E>& c : choices) {
        if (c.value == value) return scalar(c.name);
      }
      return scalar(choices.front().name);
    };
    return add_scalar(name, member, std::move(type), text, read, write);
  }

  Parameter& text(const std::string& name, std::string T::*member, const std::string& text) {
    return add_scalar(name, member, {.type = Type::kText}, text, read_text, text_node);
  }

  /// Kept as written; see beside().
  Parameter& path(const std::string& name, std::filesystem::path T::*member, const std::string& text) {
    return add_scalar(name, member, {.type = Type::kPath}, text, read_path, path_node);
  }

  template <std::integral M>
  Parameter& integers(const std::string& name, std::vector<M> T::*member, ListSize size, IntegerRange range,
                      const std::string& unit, const std::string& text) {
    return add_list(name, member, size, integer_type(range, unit), text, read_integer<M>,
                    [](const M& m) { return integer_node(static_cast<std::int64_t>(m)); });
  }

  Parameter& reals(const std::string& name, std::vector<double> T::*member, ListSize size, RealRange range,
                   const std::string& unit, const std::string& text) {
    return add_list(name, member, size, real_type(range, unit), text, read_real, real_node);
  }

  Parameter& texts(const std::string& name, std::vector<std::string> T::*member, ListSize size,
                   const std::string& text) {
    return add_list(name, member, size, {.type = Type::kText}, text, read_text, text_node);
  }

  Parameter& paths(const std::string& name, std::vector<std::filesystem::path> T::*member, ListSize size,
                   const std::string& text) {
    return add_list(name, member, size, {.type = Type::kPath}, text, read_path, path_node);
  }

  /// Values of any kind, kept as written.
  Parameter& values(const std::string& name, std::vector<Node> T::*member, ListSize size,
                    const std::string& text) {
    const auto same = [](const Node& n) { return n; };
    return add_list(name, member, size, {.type = Type::kAny}, text, same, same);
  }

  /// Keys of other kinds of files with values, kept as written.
  Parameter& settings(const std::string& name, std::vector<Entry> T::*member, const std::string& text) {
    Parameter& p = add(name, text, Parameter::Shape::kSettings);
    p.value.type = Type::kAny;
    p.store = [member](void* object, const Node& n) { static_cast<T*>(object)->*member = n.entries; };
    p.load = [member](const void* object) {
      Node map;
      map.kind = Node::Kind::kMap;
      map.entries = static_cast<const T*>(object)->*member;
      return map;
    };
    p.default_value = p.load(&defaults_);
    return p;
  }

  /// A struct within the struct.
  template <class M>
  Group<M> group(const std::string& name, M T::*member, const std::string& text) {
    Parameter& p = add(name, text, Parameter::Shape::kGroup);
    p.record = std::make_shared<Record>();
    p.member = [member](void* object) -> void* { return &(static_cast<T*>(object)->*member); };
    return Group<M>(*p.record, p.key + ".", defaults_.*member);
  }

  /// A list of structs, for instance the pairs of a schedule. Empty by default.
  template <class M>
  Group<M> records(const std::string& name, std::vector<M> T::*member, ListSize size,
                   const std::string& text) {
    Parameter& p = add(name, text, Parameter::Shape::kRecords);
    p.record = std::make_shared<Record>();
    p.size = size;
    p.required = size.min > 0;
    p.clear = [member](void* object) { (static_cast<T*>(object)->*member).clear(); };
    p.append = [member](void* object) -> void* { return &(static_cast<T*>(object)->*member).emplace_back(); };
    p.elements = [member](const void* object) {
      std::vector<const void*> addresses;
      for (const M& element : static_cast<const T*>(object)->*member) addresses.push_back(&element);
      return addresses;
    };
    return Group<M>(*p.record, p.key + "[].", M{});
  }

 private:
  static ValueType integer_type(IntegerRange range, const std::string& unit) {
    return {.type = Type::kInteger, .unit = unit, .integers = range};
  }
  static ValueType real_type(RealRange range, const std::string& unit) {
    return {.type = Type::kReal, .unit = unit, .reals = range};
  }
  template <class M>
  static M read_integer(const Node& n) {
    return static_cast<M>(to_integer(n.text).value_or(0));
  }
  static double read_real(const Node& n) { return to_real(n.text).value_or(0); }
  static std::string read_text(const Node& n) { return n.text; }
  static std::filesystem::path read_path(const Node& n) { return n.text; }
  static Node path_node(const std::filesystem::path& p) { return text_node(p.string()); }

  Parameter& add(const std::string& name, const std::string& text, Parameter::Shape shape) {
    auto parameter = std::make_unique<Parameter>();
    parameter->name = name;
    parameter->key = prefix_ + name;
    parameter->text = text;
    parameter->shape = shape;
    record_.parameters.push_back(std::move(parameter));
    return *record_.parameters.back();
  }

  template <class M, class Read, class Write>
  Parameter& add_scalar(const std::string& name, M T::*member, ValueType type, const std::string& text,
                        Read read, Write write) {
    Parameter& p = add(name, text, Parameter::Shape::kScalar);
    p.value = std::move(type);
    p.store = [member, read](void* object, const Node& n) { static_cast<T*>(object)->*member = read(n); };
    p.load = [member, write](const void* object) { return write(static_cast<const T*>(object)->*member); };
    p.default_value = p.load(&defaults_);
    p.value.may_be_empty = p.default_value.text.empty();
    return p;
  }

  template <class M, class Read, class Write>
  Parameter& add_list(const std::string& name, std::vector<M> T::*member, ListSize size, ValueType type,
                      const std::string& text, Read read, Write write) {
    Parameter& p = add(name, text, Parameter::Shape::kList);
    p.value = std::move(type);
    p.size = size;
    p.store = [member, read](void* object, const Node& list) {
      std::vector<M>& values = static_cast<T*>(object)->*member;
      values.clear();
      for (const Node& item : list.items) values.push_back(read(item));
    };
    p.load = [member, write](const void* object) {
      Node list;
      list.kind = Node::Kind::kList;
      for (const M& value : static_cast<const T*>(object)->*member) list.items.push_back(write(value));
      return list;
    };
    p.default_value = p.load(&defaults_);
    p.required = size.min > p.default_value.items.size();
    return p;
  }

  Record& record_;
  std::string prefix_;
  T defaults_;
};

}  // namespace napier::config

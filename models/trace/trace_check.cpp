#include "models/trace/trace_check.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "models/base/error.hpp"
#include "models/config/node.hpp"
#include "models/design/design_file.hpp"

namespace napier {
namespace {

struct KeyDifference {
  std::string key, first, second;
};

std::string value_of(const config::Node* node) {
  if (node == nullptr) return "(not set)";
  return node->kind == config::Node::Kind::kScalar ? node->text : "(a group)";
}

/// The first key, in the order of `a`, whose value in `b` is another.
std::optional<KeyDifference> first_difference(const config::Node& a, const config::Node& b,
                                              const std::string& prefix) {
  for (const config::Entry& entry : a.entries) {
    const std::string key = prefix + entry.key;
    const auto found = std::ranges::find(b.entries, entry.key, &config::Entry::key);
    const config::Node* other = found == b.entries.end() ? nullptr : &found->value;
    if (other != nullptr && entry.value.kind == config::Node::Kind::kMap) {
      if (auto difference = first_difference(entry.value, *other, key + ".")) return difference;
    } else if (other == nullptr || entry.value.text != other->text) {
      return KeyDifference{key, value_of(&entry.value), value_of(other)};
    }
  }
  return std::nullopt;
}

template <class T>
T& element_of(std::vector<T>& values, std::size_t element) {
  if (element >= values.size()) {
    throw InputError("the record has no element " + std::to_string(element) + " to flip a bit of");
  }
  return values[element];
}

template <class T>
T& record_of(std::vector<T>& records, std::size_t record) {
  if (record >= records.size()) throw InputError("the trace has no record " + std::to_string(record));
  return records[record];
}

void check_bit(int bit, int bits) {
  if (bit < 0 || bit >= bits) {
    throw InputError("bit " + std::to_string(bit) + " is outside a value of " + std::to_string(bits) +
                     " bits");
  }
}

/// A signed number of `bits` bits with one bit inverted.
std::int32_t flipped(std::int32_t value, int bit, int bits) {
  check_bit(bit, bits);
  const int unused = 32 - bits;
  return static_cast<std::int32_t>((static_cast<std::uint32_t>(value) ^ (1U << bit)) << unused) >> unused;
}

}  // namespace

void check_trace_design(const Trace& trace, const Design& design) {
  const std::string of_trace = resolved_yaml(trace.design), given = resolved_yaml(design);
  if (of_trace == given) return;
  const auto difference =
      first_difference(config::parse_yaml(of_trace, "trace"), config::parse_yaml(given, "design"), "");
  if (!difference) throw InternalError("two designs differ in their text but in no key");
  throw InputError("the trace was made with another design: " + difference->key + " is " + difference->first +
                   " in the trace and " + difference->second + " in design '" + design.name +
                   "'; train with this design, or give the trace's own");
}

Trace with_flipped_bit(Trace trace, GoldenField field, std::size_t record, std::size_t element, int bit) {
  const Design& d = trace.design;
  switch (field) {
    case GoldenField::kAcc: {
      std::int32_t& acc = element_of(record_of(trace.gemms, record).acc, element);
      acc = flipped(acc, bit, d.datapath.accumulator_bits);
      return trace;
    }
    case GoldenField::kOut: {
      check_bit(bit, d.format.bits);
      Word& word = element_of(record_of(trace.gemms, record).out, element);
      word = static_cast<Word>(word ^ (1U << bit));
      return trace;
    }
    case GoldenField::kWeightAfter: {
      check_bit(bit, d.update.bits);
      UpdateWord& weight = element_of(record_of(trace.updates, record).after, element).weight;
      weight = static_cast<UpdateWord>(weight ^ (1U << bit));
      return trace;
    }
    case GoldenField::kVAfter: {
      std::int32_t& v = element_of(record_of(trace.updates, record).after, element).v;
      v = flipped(v, bit, d.update.v_bits);
      return trace;
    }
  }
  throw InternalError("unknown golden field");
}

}  // namespace napier

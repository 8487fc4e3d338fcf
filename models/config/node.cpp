#include "models/config/node.hpp"

#include "models/base/error.hpp"

namespace napier::config {

Node scalar(std::string text, bool quoted) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.text = std::move(text);
  node.quoted = quoted;
  return node;
}

std::string to_string(std::string_view source, Place place) {
  std::string text(source);
  if (place.line > 0) text += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  return text;
}

void fail(std::string_view source, Place place, const std::string& message) {
  throw InputError(to_string(source, place) + ": " + message);
}

}  // namespace napier::config

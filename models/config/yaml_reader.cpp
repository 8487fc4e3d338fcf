// The only file that knows yaml-cpp. It listens to the parser's events rather than take the library's tree,
// which drops duplicate keys and forgets whether a scalar was quoted.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>

#include "models/config/node.hpp"

namespace napier::config {
namespace {

Place place_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view source) : source_(source) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) fail(source_, place_of(mark), "a second document starts here; write one document a file");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(at(mark, Node::Kind::kNull));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(source_, place_of(mark), "aliases (*name) are not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    if (tag != "?" && tag != "!") refuse_tag(mark, tag);
    Node node = at(mark, Node::Kind::kScalar);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::kList);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

  const std::optional<Node>& root() const { return root_; }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;  ///< of a map: read, its value still to come
  };

  static Node at(const YAML::Mark& mark, Node::Kind kind) {
    Node node;
    node.kind = kind;
    node.place = place_of(mark);
    return node;
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0) fail(source_, place_of(mark), "anchors (&name) are not supported; write the value out");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    fail(source_, place_of(mark), "tag '" + tag + "' is not supported; remove it");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
    refuse_anchor(mark, anchor);
    if (tag != "?" && !tag.empty()) refuse_tag(mark, tag);
    open_.push_back({at(mark, kind), std::nullopt});
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::kList) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      check_key(parent.node, node);
      parent.key = std::move(node);
    } else {
      if (node.kind == Node::Kind::kNull) node.place = parent.key->place;  // yaml-cpp says the next line
      parent.node.entries.push_back({parent.key->text, parent.key->place, std::move(node)});
      parent.key.reset();
    }
  }

  void check_key(const Node& map, const Node& key) const {
    if (key.kind != Node::Kind::kScalar || key.text.empty()) {
      fail(source_, key.place, "a key must be a plain name");
    }
    if (key.text == "<<") {
      fail(source_, key.place, "merge keys (<<) are not supported; write the keys out");
    }
    for (const Entry& other : map.entries) {
      if (other.key != key.text) continue;
      fail(source_, key.place,
           "key '" + key.text + "' is written twice, first in line " + std::to_string(other.place.line) +
               "; keep one of them");
    }
  }

  std::string source_;
  std::optional<Node> root_;
  std::vector<Open> open_;
};

}  // namespace

Node parse_yaml(std::string_view text, std::string_view source) {
  std::istringstream in{std::string(text)};
  TreeBuilder builder(source);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& e) {
    fail(source, place_of(e.mark), "not valid YAML: " + e.msg);
  }
  if (!builder.root() || builder.root()->kind == Node::Kind::kNull) {
    fail(source, {}, "the file is empty; write at least one key, for instance 'name: example'");
  }
  if (builder.root()->kind != Node::Kind::kMap) {
    fail(source, builder.root()->place, "the file must hold 'key: value' lines");
  }
  return *builder.root();
}

}  // namespace napier::config

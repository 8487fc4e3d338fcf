#include <gmock/gmock.h>

#include <random>

#include "models/base/error.hpp"
#include "models/config/json_schema.hpp"
#include "models/config/scalar.hpp"
#include "models/config/schema.hpp"

namespace napier::config {
namespace {

enum class Colour { kRed, kGreen };

struct Stop {
  double at = 0;
  int factor = 1;
};

struct Inner {
  int count = 4;
  double rate = 0.5;
  bool quick = false;
};

struct Sample {
  std::string title = "untitled";
  std::string note;
  Colour colour = Colour::kGreen;
  std::filesystem::path file = "a/b.bin";
  Inner inner;
  std::vector<int> layers = {3, 2};
  std::vector<double> weights;
  std::vector<std::filesystem::path> designs;
  std::vector<Stop> stops;
  std::int64_t seed = 1;
};

void declare(Group<Sample>& g) {
  g.text("title", &Sample::title, "Title");
  g.text("note", &Sample::note, "Note");
  g.choice<Colour>("colour", &Sample::colour,
                   {{Colour::kRed, "red", "warm"}, {Colour::kGreen, "green", "cool"}}, "Colour");
  g.path("file", &Sample::file, "File");
  auto inner = g.group("inner", &Sample::inner, "Inner things");
  inner.integer("count", &Inner::count, {1, 8}, "items", "How many");
  inner.real("rate", &Inner::rate, {.min = 0, .max = 1, .above = true}, "", "How fast");
  inner.boolean("quick", &Inner::quick, "Whether quick");
  g.integers("layers", &Sample::layers, {1, 3}, {1, 4096}, "neurons", "Sizes");
  g.reals("weights", &Sample::weights, {0, 3}, {-1, 1}, "", "Weights");
  g.paths("designs", &Sample::designs, {0, 9}, "Designs");
  auto stops = g.records("stops", &Sample::stops, {0, 2}, "Schedule");
  stops.real("at", &Stop::at, {0, 1}, "", "When").required = true;
  stops.integer("factor", &Stop::factor, {1, 16}, "", "What");
  g.integer("seed", &Sample::seed, {0}, "", "Seed");
}

const Schema<Sample>& schema() {
  static const Schema<Sample> s("sample", "A sample", declare);
  return s;
}

Sample parse(std::string_view text) {
  Document document{"f.yaml", {}};
  return schema().parse(text, document);
}

std::string error_of(std::string_view text) {
  try {
    parse(text);
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(Config, ReadsEveryKindOfValue) {
  const Sample s = parse(
      "title: \"12\"\ncolour: red\nfile: x.bin\ninner: {count: 7, rate: 1e-3, quick: true}\nlayers:\n  - 5\n"
      "weights: [-1, 0.25]\ndesigns: [a.yaml, b.yaml]\nstops:\n  - at: 0.6\n    factor: 4\n  - {at: "
      "1}\nseed: 99\n");
  EXPECT_EQ(s.title, "12");
  EXPECT_EQ(s.colour, Colour::kRed);
  EXPECT_EQ(s.file, "x.bin");
  EXPECT_EQ(s.inner.count, 7);
  EXPECT_EQ(s.inner.rate, 1e-3);
  EXPECT_TRUE(s.inner.quick);
  EXPECT_THAT(s.layers, testing::ElementsAre(5));
  EXPECT_THAT(s.weights, testing::ElementsAre(-1, 0.25));
  EXPECT_THAT(s.designs, testing::ElementsAre("a.yaml", "b.yaml"));
  ASSERT_EQ(s.stops.size(), 2);
  EXPECT_EQ(s.stops[0].factor, 4);
  EXPECT_EQ(s.stops[1].at, 1.0);
  EXPECT_EQ(s.stops[1].factor, 1);
  EXPECT_EQ(s.seed, 99);
}

TEST(Config, WritesWhatItReads) {
  Sample s = parse(
      "title: \"yes\"\nnote: \"a \\\"b\\\" #c\"\nstops: [{at: 0.5}, {at: 0.75, factor: 2}]\nlayers: [1]\n");
  s.inner.rate = 0.1;
  const std::string text = schema().write(s);
  EXPECT_EQ(text,
            "title: \"yes\"\nnote: \"a \\\"b\\\" #c\"\ncolour: green\nfile: a/b.bin\ninner:\n  count: 4\n  "
            "rate: 0.1\n"
            "  quick: false\nlayers: [1]\nweights: []\ndesigns: []\nstops:\n  - at: 0.5\n    factor: 1\n  - "
            "at: 0.75\n"
            "    factor: 2\nseed: 1\n");
  EXPECT_EQ(schema().write(parse(text)), text);
}

TEST(Config, TextSurvivesWritingWhateverItLooksLike) {
  for (const std::string text :
       {"010", "1e3", "null", "~",     "No", "a: b",       "- a",   " a",   "a ",
        "#a",  "*a",  "&a",   "!a",    "%",  "2026-01-01", "12:30", "a\nb", "tab\there",
        "\"",  "\\",  "0x1F", "Größe", ".5", "[",          "{}"}) {
    Sample s;
    s.title = text;
    EXPECT_EQ(parse(schema().write(s)).title, text);
  }
}

TEST(Config, RealsSurviveWriting) {
  for (const double x : {0.1, 1.0 / 3, 1e-300, 5e-324, 0.999, 1.0}) {
    Sample s;
    s.inner.rate = x;
    EXPECT_EQ(parse(schema().write(s)).inner.rate, x);
  }
}

struct BadInput {
  std::string text, message;
};

class ConfigErrors : public testing::TestWithParam<BadInput> {};

TEST_P(ConfigErrors, NamesPlaceAndRemedy) { EXPECT_EQ(error_of(GetParam().text), GetParam().message); }

INSTANTIATE_TEST_SUITE_P(
    Keys, ConfigErrors,
    testing::Values(
        BadInput{"inner:\n  cuont: 3\n",
                 "f.yaml:2:3: key 'inner.cuont' is unknown; did you mean 'inner.count'?"},
        BadInput{"count: 3\n", "f.yaml:1:1: key 'count' is unknown; did you mean 'inner.count'?"},
        BadInput{"title: x\ninner:\n  zzzzzzzzzzzz: 3\n",
                 "f.yaml:3:3: key 'inner.zzzzzzzzzzzz' is unknown; legal here: count, rate, quick"},
        BadInput{"title: a\ninner:\n  count: 1\ntitle: b\n",
                 "f.yaml:4:1: key 'title' is written twice, first in line 1; keep one of them"},
        BadInput{"stops:\n  - factor: 3\n",
                 "f.yaml:2:5: key 'stops[0].at' is missing: When; it has no default, so write it"}));

INSTANTIATE_TEST_SUITE_P(
    Yaml, ConfigErrors,
    testing::Values(
        BadInput{"", "f.yaml: the file is empty; write at least one key, for instance 'name: example'"},
        BadInput{"# only a comment\n",
                 "f.yaml: the file is empty; write at least one key, for instance 'name: example'"},
        BadInput{"- a\n", "f.yaml:1:1: the file must hold 'key: value' lines"},
        BadInput{"title: a\n---\ntitle: b\n",
                 "f.yaml:2:1: a second document starts here; write one document a file"},
        BadInput{"title: &x a\n", "f.yaml:1:8: anchors (&name) are not supported; write the value out"},
        BadInput{"inner: &x {count: 1}\n",
                 "f.yaml:1:8: anchors (&name) are not supported; write the value out"},
        BadInput{"inner:\n  <<: {count: 1}\n",
                 "f.yaml:2:3: merge keys (<<) are not supported; write the keys out"},
        BadInput{"title: !!str 12\n", "f.yaml:1:8: tag 'tag:yaml.org,2002:str' is not supported; remove it"},
        BadInput{"title: [a\n", "f.yaml:2:1: not valid YAML: end of sequence flow not found"},
        BadInput{"? [a]\n: b\n", "f.yaml:1:3: a key must be a plain name"}));

INSTANTIATE_TEST_SUITE_P(
    Types, ConfigErrors,
    testing::Values(
        BadInput{
            "inner: {count: 010}\n",
            "f.yaml:1:16: key 'inner.count' must be an integer, got '010'; write decimal digits, 1..8 items"},
        BadInput{
            "inner: {count: 1e0}\n",
            "f.yaml:1:16: key 'inner.count' must be an integer, got '1e0'; write decimal digits, 1..8 items"},
        BadInput{"inner: {count: \"3\"}\n",
                 "f.yaml:1:16: key 'inner.count' must be an integer, got the text \"3\"; write decimal "
                 "digits, 1..8 "
                 "items"},
        BadInput{"inner:\n  count:\n",
                 "f.yaml:2:3: key 'inner.count' must be an integer, got nothing; write decimal digits, 1..8 "
                 "items"},
        BadInput{"inner: {count: [3]}\n",
                 "f.yaml:1:16: key 'inner.count' must be an integer, got a list; write decimal digits, 1..8 "
                 "items"},
        BadInput{"inner: {count: 9}\n",
                 "f.yaml:1:16: key 'inner.count' is out of range: 9; legal is 1..8 items"},
        BadInput{"seed: -1\n", "f.yaml:1:7: key 'seed' is out of range: -1; legal is at least 0"},
        BadInput{"seed: 9223372036854775808\n",
                 "f.yaml:1:7: key 'seed' must be an integer, got '9223372036854775808'; write decimal "
                 "digits, at least "
                 "0"},
        BadInput{"inner: {rate: .inf}\n",
                 "f.yaml:1:15: key 'inner.rate' must be a number, got '.inf'; write it like 0.5 or 1e-3, "
                 "above 0, at "
                 "most 1"},
        BadInput{"inner: {rate: 0}\n",
                 "f.yaml:1:15: key 'inner.rate' is out of range: 0; legal is above 0, at most 1"},
        BadInput{"inner: {quick: yes}\n",
                 "f.yaml:1:16: key 'inner.quick' must be true or false, got 'yes'; write true or false"},
        BadInput{
            "inner: 3\n",
            "f.yaml:1:8: key 'inner' is a group; write keys below it, indented, for instance 'count: ...'"},
        BadInput{
            "colour: gren\n",
            "f.yaml:1:9: key 'colour' has no choice 'gren'; supported: red | green; did you mean 'green'?"},
        BadInput{"title: 12\n", "f.yaml:1:8: key 'title' must be text, got '12'; write it in quotes: \"12\""},
        BadInput{"title: \"\"\n", "f.yaml:1:8: key 'title' is empty; write text"},
        BadInput{"layers: [1, 2, 3, 4]\n", "f.yaml:1:9: key 'layers' has 4 values; legal are 1 to 3"},
        BadInput{"layers: [1,\n  0]\n",
                 "f.yaml:2:3: key 'layers[1]' is out of range: 0; legal is 1..4096 neurons"},
        BadInput{"layers: 3\n",
                 "f.yaml:1:9: key 'layers' must be a list (1 to 3 values, each 1..4096 neurons), got '3'; "
                 "write it in "
                 "brackets or as lines with '- '"},
        BadInput{"stops: [{at: 0}, 4]\n", "f.yaml:1:18: key 'stops[1]' must be a group; write '- at: ...'"}));

TEST(Config, ScalarsAreStrict) {
  for (const char* text : {"", "-", "+1", "010", "-01", "0x10", "1_000", "1e3", "1.0", " 1", "1 ", "--1"}) {
    EXPECT_FALSE(to_integer(text)) << text;
  }
  EXPECT_EQ(to_integer("-120"), -120);
  EXPECT_EQ(to_integer("0"), 0);
  for (const char* text :
       {"", ".5", "5.", "1e", "1e+", "01.5", "nan", ".nan", "inf", "1e999", "0x1p3", "1,5"}) {
    EXPECT_FALSE(to_real(text)) << text;
  }
  EXPECT_EQ(to_real("-1.5E+2"), -150.0);
  for (const char* text : {"True", "yes", "on", "1", "TRUE"}) EXPECT_FALSE(to_boolean(text)) << text;
}

TEST(Config, KnowsWhereKeysStand) {
  Document document{"f.yaml", {}};
  schema().parse("inner:\n  count: 3\nstops:\n- at: 0.5\n", document);
  EXPECT_EQ(document.at("inner.count"), "f.yaml:2:10");
  EXPECT_EQ(document.at("stops[0].at"), "f.yaml:4:7");
  EXPECT_EQ(document.at("inner.rate"), "f.yaml");
}

TEST(Config, DamagedTextIsReadOrRefusedWithAPlace) {
  const std::string whole =
      "title: a\ninner: {count: 4, rate: 0.5}\nlayers:\n  - 3\n  - 2\nstops: [{at: 1}]\n";
  using namespace std::string_literals;
  const std::string letters = " \n\t:-[]{},#&*!|>'\"%@`~.?<\\09ab\xff\xc3\0"s;
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string text = whole;
    for (auto edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      const char letter = letters[random() % letters.size()];
      if (random() % 2 == 0) {
        text[at] = letter;
      } else {
        text.insert(at, 1, letter);
      }
    }
    const std::string result = error_of(text);  // any other exception fails the test
    EXPECT_TRUE(result == "accepted" || result.starts_with("f.yaml:")) << text;
  }
}

TEST(Config, DeepNestingIsRefused) {
  for (const std::string open : {"[", "{", "- "}) {
    std::string text = open == "- " ? "" : "title: ";
    for (int i = 0; i < 100000; ++i) text += open;
    EXPECT_THAT(error_of(text), testing::HasSubstr("not valid YAML"));
  }
}

TEST(Config, PathsStandBesideTheirFile) {
  EXPECT_EQ(beside("configs/sweeps/s.yaml", "../designs/d.yaml"), "configs/designs/d.yaml");
  EXPECT_EQ(beside("s.yaml", "d.yaml"), "d.yaml");
  EXPECT_EQ(beside("configs/s.yaml", "/d.yaml"), "/d.yaml");
}

TEST(Config, JsonSchemaSaysWhatTheReaderAccepts) {
  const std::string json = json_schema(schema());
  EXPECT_THAT(json, testing::HasSubstr("\"exclusiveMinimum\": 0.0"));
  EXPECT_THAT(json, testing::HasSubstr("\"additionalProperties\": false"));
  EXPECT_THAT(json, testing::HasSubstr("\"required\": [\n          \"at\"\n        ]"));
}

/// Sets one key of an object that says "title: t, inner.count: 7"; what it then writes, or the error.
std::string updated(const std::string& key, const std::string& value) {
  Sample s = parse("title: t\ninner: {count: 7}\n");
  Document document{"g.yaml", {}};
  const Node map = parse_yaml("set:\n  " + key + ": " + value + "\n", "g.yaml");
  try {
    update_record(schema().root, map.entries.at(0).value.entries.at(0), &s, document);
  } catch (const InputError& e) {
    return e.what();
  }
  return document.at(key) + " " + schema().write(s);
}

TEST(Config, AnUpdateSetsOneKeyAndKeepsTheOthers) {
  const std::string rate = updated("inner.rate", "0.25");
  EXPECT_THAT(rate, testing::StartsWith("g.yaml:2:15 title: t\n"));
  EXPECT_THAT(rate, testing::HasSubstr("inner:\n  count: 7\n  rate: 0.25\n  quick: false\n"));
  EXPECT_THAT(updated("layers", "[1, 2]"), testing::HasSubstr("layers: [1, 2]\n"));
  EXPECT_THAT(updated("stops", "[{at: 0.5}]"), testing::HasSubstr("stops:\n  - at: 0.5\n"));
}

TEST(Config, AnUpdateIsCheckedAsAFileIs) {
  EXPECT_EQ(updated("inner.count", "9"),
            "g.yaml:2:16: key 'inner.count' is out of range: 9; legal is 1..8 items");
  EXPECT_EQ(updated("inner.cout", "2"),
            "g.yaml:2:3: key 'inner.cout' is unknown; did you mean 'inner.count'?");
  EXPECT_THAT(updated("stops", "[{factor: 2}]"), testing::HasSubstr("key 'stops[0].at' is missing"));
}

struct Overrides {
  std::vector<Entry> set;
  std::vector<Node> values;
};

void declare_overrides(Group<Overrides>& g) {
  g.settings("set", &Overrides::set, "Settings");
  g.values("values", &Overrides::values, {1, 3}, "Values");
}

TEST(Config, SettingsAndValuesAreKeptAsWritten) {
  static const Schema<Overrides> overrides("overrides", "Overrides", declare_overrides);
  const std::string text = "set:\n  a.b: 1\n  c: [2, 3]\nvalues: [1, \"2\", [x, y]]\n";
  Document document{"f.yaml", {}};
  const Overrides read = overrides.parse(text, document);
  EXPECT_EQ(read.set.at(0).key, "a.b");
  EXPECT_EQ(read.set.at(1).place.line, 3);
  EXPECT_EQ(read.values.at(2).items.at(1).text, "y");
  EXPECT_EQ(overrides.write(read), text);
  EXPECT_THROW(overrides.parse("set: 1\nvalues: [1]\n", document), InputError);
  EXPECT_THROW(overrides.parse("values: []\n", document), InputError);
  EXPECT_THROW(overrides.parse("values: [null]\n", document), InputError);
}

}  // namespace
}  // namespace napier::config

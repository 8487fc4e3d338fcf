#include "cost/power/vcd.hpp"

#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <unordered_map>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"

namespace napier::cost {
namespace {

constexpr std::uint8_t kUnknown = 2;

std::uint8_t value_of(char c) { return c == '0' ? 0 : c == '1' ? 1 : kUnknown; }

bool is_value(char c) { return c == '0' || c == '1' || c == 'x' || c == 'X' || c == 'z' || c == 'Z'; }

class Reader {
 public:
  using Change = std::function<void(std::int64_t, int, std::uint8_t)>;
  Reader(const std::filesystem::path& file, const std::map<std::string, std::vector<int>>& signals,
         const Change& change)
      : file_(file), in_(file), signals_(signals), change_(change) {
    if (!in_) throw ToolError("cannot read the value change dump '" + file.string() + "'");
  }

  VcdSummary read() {
    header();
    std::string line;
    while (next(line)) body(line);
    return summary_;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw ToolError(file_.string() + ":" + std::to_string(line_) + ": not a value change dump: " + message);
  }

  bool next(std::string& line) {
    if (!std::getline(in_, line)) return false;
    if (++line_ % 1'000'000 == 0) check_interrupt();
    return true;
  }

  /// A declaration's words up to $end, which may stand some lines below.
  std::vector<std::string> declaration(std::string line) {
    while (line.find("$end") == std::string::npos) {
      std::string more;
      if (!next(more)) fail("a declaration without $end");
      line += " " + more;
    }
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word && word != "$end";) words.push_back(word);
    return words;
  }

  void header() {
    for (std::string line; next(line);) {
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      const std::vector<std::string> words = declaration(line);
      if (words.empty()) continue;
      if (words[0] == "$timescale") timescale(words);
      if (words[0] == "$var") variable(words);
      if (words[0] == "$enddefinitions") {
        if (summary_.timescale_seconds == 0) fail("no $timescale");
        return;
      }
    }
    fail("no $enddefinitions");
  }

  void timescale(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 1; i < words.size(); ++i) text += words[i];
    static const std::map<std::string, double> units = {{"s", 1},     {"ms", 1e-3},  {"us", 1e-6},
                                                        {"ns", 1e-9}, {"ps", 1e-12}, {"fs", 1e-15}};
    int count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const auto unit = units.find(text.substr(static_cast<std::size_t>(end - text.data())));
    if (error != std::errc() || unit == units.end()) fail("unknown timescale '" + text + "'");
    summary_.timescale_seconds = count * unit->second;
  }

  /// $var type size code name [msb:lsb]
  void variable(const std::vector<std::string>& words) {
    if (words.size() < 5) fail("a short $var");
    const std::string& name = words[4].starts_with('\\') ? words[4].substr(1) : words[4];
    const auto found = signals_.find(name);
    if (found == signals_.end()) return;
    if (words[2] != std::to_string(found->second.size())) {
      fail("'" + name + "' has " + words[2] + " bits, expected " + std::to_string(found->second.size()));
    }
    codes_[words[3]] = &found->second;
    for (const int bit : found->second) values_.emplace(bit, kUnknown);
  }

  void body(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) return;
    if (line[0] == '#') {
      const auto [end, error] = std::from_chars(line.data() + 1, line.data() + line.size(), time_);
      if (error != std::errc() || end != line.data() + line.size())
        fail("a bad time '" + std::string(line) + "'");
      if (time_ < summary_.end) fail("time runs backwards");
      summary_.end = time_;
    } else if (is_value(line[0])) {
      scalar(line);
    } else if (line[0] == 'b' || line[0] == 'B') {
      vector(line);
    } else if (line[0] != '$' && line[0] != 'r' && line[0] != 'R') {
      fail("unexpected '" + std::string(line) + "'");
    }
  }

  const std::vector<int>* bits_of(std::string_view code) {
    code_.assign(code);
    const auto found = codes_.find(code_);
    return found == codes_.end() ? nullptr : found->second;
  }

  void scalar(std::string_view line) {
    if (const std::vector<int>* bits = bits_of(line.substr(1))) set(bits->at(0), value_of(line[0]));
  }

  /// A vector's text may leave out high bits: they repeat an x or z, and are 0 otherwise.
  void vector(std::string_view line) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos || blank < 2) fail("a bad vector '" + std::string(line) + "'");
    const std::string_view text = line.substr(1, blank - 1);
    const std::vector<int>* bits = bits_of(line.substr(blank + 1));
    if (bits == nullptr) return;
    if (text.size() > bits->size()) fail("a vector of too many bits");
    const std::uint8_t high = value_of(text[0]) == kUnknown ? kUnknown : 0;
    for (std::size_t i = 0; i < bits->size(); ++i) {
      set((*bits)[i], i < text.size() ? value_of(text[text.size() - 1 - i]) : high);
    }
  }

  void set(int bit, std::uint8_t value) {
    std::uint8_t& before = values_[bit];
    if (before == value) return;
    before = value;
    change_(time_, bit, value);
  }

  const std::filesystem::path& file_;
  std::ifstream in_;
  const std::map<std::string, std::vector<int>>& signals_;
  const Change& change_;
  std::unordered_map<std::string, const std::vector<int>*> codes_;
  std::unordered_map<int, std::uint8_t> values_;
  std::string code_;
  std::int64_t time_ = 0;
  std::int64_t line_ = 0;
  VcdSummary summary_;
};

}  // namespace

VcdSummary read_vcd(const std::filesystem::path& file, const std::map<std::string, std::vector<int>>& signals,
                    const std::function<void(std::int64_t, int, std::uint8_t)>& change) {
  return Reader(file, signals, change).read();
}

std::map<int, std::int64_t> count_toggles(const std::filesystem::path& file,
                                          const std::map<std::string, std::vector<int>>& signals,
                                          std::int64_t from, std::int64_t to) {
  std::map<int, std::int64_t> toggles;
  std::map<int, std::uint8_t> values;
  for (const auto& [name, bits] : signals) {
    for (const int bit : bits) {
      toggles[bit] = 0;
      values[bit] = kUnknown;
    }
  }
  read_vcd(file, signals, [&](std::int64_t time, int bit, std::uint8_t value) {
    const bool known = values[bit] != kUnknown && value != kUnknown;
    if (known && time >= from && time < to) ++toggles[bit];
    values[bit] = value;
  });
  return toggles;
}

}  // namespace napier::cost

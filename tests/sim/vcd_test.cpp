// The VCD read back and held against the handshake log of the same run.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <sstream>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "sim/vcd_writer.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/sim/sim_runs.hpp"

namespace napier::sim {
namespace {

using test::Folder;

/// Values by variable ("scope.name") at each time of a VCD.
struct Dump {
  std::map<std::string, int> bits;
  std::map<std::int64_t, std::map<std::string, std::string>> at;
};

Dump parse(const std::filesystem::path& file) {
  std::istringstream in(read_file(file));
  Dump dump;
  std::map<std::string, std::string> names, now;
  std::vector<std::string> scopes;
  std::string token;
  std::int64_t time = -1;
  while (in >> token && token != "$enddefinitions") {
    std::string a, b, c, d, skip;
    if (token == "$scope") {
      in >> a >> b;
      scopes.push_back(b);
    } else if (token == "$upscope") {
      scopes.pop_back();
    } else if (token == "$var") {
      in >> a >> b >> c >> d;
      names[c] = (scopes.size() > 1 ? scopes.back() + "." : "") + d;
      dump.bits[names[c]] = std::stoi(b);
    }
    while (skip != "$end" && in >> skip) {
    }
  }
  EXPECT_TRUE(scopes.empty());
  in >> token;  // $end
  while (in >> token) {
    if (token[0] == '#') {
      time = std::stoll(token.substr(1));
    } else if (token[0] == 'b') {
      std::string code;
      in >> code;
      now[names.at(code)] = token.substr(1);
    } else {
      now[names.at(token.substr(1))] = token.substr(0, 1);
    }
    dump.at[time] = now;
  }
  return dump;
}

std::string binary(std::span<const std::uint8_t> word, int bits) {
  std::string text;
  for (int i = bits - 1; i >= 0; --i)
    text += (word[static_cast<std::size_t>(i / 8)] >> (i % 8) & 1) != 0 ? '1' : '0';
  return text;
}

TEST(Vcd, ShowsTheHandshakesOfItsWindowAndNothingElse) {
  const Design design = napier::test::small_odd();
  const Shape shape{7, 5, 9};
  const Folder folder;
  SimOptions options = test::logging_to(folder / "log");
  options.stall_percent = 20;
  options.vcd = folder / "wave.vcd";
  options.vcd_from = 12;
  options.vcd_to = 60;
  const SimResult result = simulate_in_child(design, random_trace(design, std::span(&shape, 1), 3), options);
  ASSERT_GT(result.cycles, 61);
  const Dump dump = parse(folder / "wave.vcd");
  const std::int64_t period = 20000;  // ps
  EXPECT_EQ(dump.at.begin()->first, 12 * period);
  EXPECT_EQ(dump.at.rbegin()->first, 61 * period);
  HandshakeReader log(folder / "log");
  std::int64_t words = 0;
  while (log.next()) {
    if (log.cycle() < 12 || log.cycle() > 60) continue;
    const auto& now = dump.at.at(log.cycle() * period);
    EXPECT_EQ(now.at("clk"), "1");
    EXPECT_EQ(std::stoll(now.at("cycle"), nullptr, 2), log.cycle());
    EXPECT_EQ(dump.at.at(log.cycle() * period + period / 2).at("clk"), "0");
    for (std::size_t i = 0; i < log.channels().size(); ++i) {
      const std::string scope = "channel_" + log.channels()[i].name;
      EXPECT_EQ(now.at(scope + ".valid"), std::to_string(log.valid() >> i & 1));
      EXPECT_EQ(now.at(scope + ".ready"), std::to_string(log.ready() >> i & 1));
      EXPECT_EQ(dump.bits.at(scope + ".data"), log.channels()[i].bits);
      if (!log.moved(i)) continue;
      EXPECT_EQ(now.at(scope + ".data"), binary(log.word(i), log.channels()[i].bits));
      ++words;
    }
  }
  EXPECT_GT(words, 20);
}

TEST(Vcd, IsNotThereUntilItIsWhole) {
  const Folder folder;
  {
    VcdWriter abandoned(folder / "wave.vcd");
    abandoned.declare("", "clk", 1);
    abandoned.time(0);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_THROW(VcdWriter("/proc/napier/wave.vcd"), InputError);
}

}  // namespace
}  // namespace napier::sim

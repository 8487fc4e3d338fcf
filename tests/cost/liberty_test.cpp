// The Liberty reader: what it takes from a library, and what it says of a bad one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cost/liberty/library.hpp"
#include "cost/liberty/syntax.hpp"
#include "models/base/error.hpp"

namespace napier::cost::liberty {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kSmall = R"(/* two cells */
library (small) {
  time_unit : "10ps";
  voltage_unit : "1V";
  leakage_power_unit : 1pW
  capacitive_load_unit (10, ff);
  nom_voltage : 1.2;
  power_lut_template (energy) {
    variable_1 : input_transition_time;
    variable_2 : total_output_net_capacitance;
    index_1 ("0, 10");
    index_2 ("0, 1, 3");
  }
  cell (NAND) {
    area : 4.5;
    leakage_power () { when : "A"; value : 2; }
    leakage_power () { when : "!A"; value : 4; }
    pin (A, B) { direction : input; capacitance : 0.25; }
    pin (Y) {
      direction : output;
      function : "(A B)'";
      internal_power () {
        related_pin : "A";
        when : "B";
        rise_power (energy) { values ("1, 2, 4", \
                                      "3, 4, 6"); }
        fall_power (scalar) { values ("0.5"); }
      }
    }
  }
})";

Library small() { return read_library(std::string_view(kSmall), "small.lib"); }

std::string error_of(const std::string& text) {
  try {
    read_library(text, "bad.lib");
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = kSmall;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Liberty, ReadsUnitsAreasCapacitancesAndLeakage) {
  const Library library = small();
  EXPECT_EQ(library.name, "small");
  EXPECT_DOUBLE_EQ(library.units.seconds, 1e-11);
  EXPECT_DOUBLE_EQ(library.units.farads, 1e-14);
  EXPECT_DOUBLE_EQ(library.units.watts, 1e-12);
  EXPECT_DOUBLE_EQ(library.units.joules(), 1e-14);
  EXPECT_DOUBLE_EQ(library.voltage, 1.2);
  const Cell& nand = library.cell("NAND");
  EXPECT_DOUBLE_EQ(nand.area, 4.5);
  EXPECT_DOUBLE_EQ(nand.leakage, 3);  // mean of the states
  ASSERT_EQ(nand.pins.size(), 3U);
  EXPECT_DOUBLE_EQ(nand.pins[static_cast<std::size_t>(nand.pin("B"))].capacitance, 0.25);
  EXPECT_EQ(nand.pin("C"), -1);
}

TEST(Liberty, InterpolatesPowerTablesAndExtendsThemBeyondTheirEdges) {
  const Cell nand = small().cell("NAND");
  const InternalPower& power = nand.pins[2].power.at(0);
  EXPECT_DOUBLE_EQ(power.rise(0, 0), 1);
  EXPECT_DOUBLE_EQ(power.rise(10, 3), 6);
  EXPECT_DOUBLE_EQ(power.rise(5, 2), 4);    // between 2, 4 and 4, 6
  EXPECT_DOUBLE_EQ(power.rise(0, 4), 5);    // slope 1 of the last interval
  EXPECT_DOUBLE_EQ(power.rise(20, 0), 5);   // slope 0.2
  EXPECT_DOUBLE_EQ(power.fall(3, 7), 0.5);  // scalar
}

TEST(Liberty, EvaluatesConditionsWithUnknowns) {
  const std::vector<std::string> pins = {"A", "B", "C"};
  const auto value = [&](const char* text, std::vector<std::uint8_t> v) {
    return static_cast<int>(BooleanExpression(text, pins, "x:1").value(v.data()));
  };
  EXPECT_EQ(value("A B + !C", {1, 1, 1}), 1);
  EXPECT_EQ(value("A & B | C'", {1, 0, 1}), 0);
  EXPECT_EQ(value("A ^ B * C", {1, 0, 1}), 1);  // ^ binds more tightly than AND
  EXPECT_EQ(value("A ^ B * C", {1, 0, 0}), 0);
  EXPECT_EQ(value("(A + B) * !C", {0, 1, 0}), 1);
  EXPECT_EQ(value("(A*B)'", {1, 1, 0}), 0);
  EXPECT_EQ(value("A * B", {0, 2, 0}), 0);
  EXPECT_EQ(value("A * B", {1, 2, 0}), 2);
  EXPECT_EQ(value("A + B", {1, 2, 0}), 1);
  EXPECT_EQ(value("1", {0, 0, 0}), 1);
}

TEST(Liberty, SaysWhereABadLibraryIsBad) {
  EXPECT_THAT(error_of(replaced("area : 4.5", "area : 4.5x")),
              StartsWith("bad.lib:15: 'area' needs a finite number"));
  EXPECT_THAT(error_of(replaced("area : 4.5", "area : -1")), StartsWith("bad.lib:15: 'area' is negative"));
  EXPECT_THAT(error_of(replaced("area : 4.5", "area : nan")), StartsWith("bad.lib:15: "));
  EXPECT_THAT(error_of(replaced("\"10ps\"", "\"10parsec\"")), StartsWith("bad.lib:3: 'time_unit'"));
  EXPECT_THAT(error_of(replaced("(10, ff)", "(ff)")), StartsWith("bad.lib:6: 'capacitive_load_unit'"));
  EXPECT_THAT(error_of(replaced("\"1, 2, 4\"", "\"1, 2\"")),
              StartsWith("bad.lib:25: 'rise_power' has 5 values"));
  EXPECT_THAT(error_of(replaced("rise_power (energy)", "rise_power (nowhere)")),
              StartsWith("bad.lib:25: no template 'nowhere'"));
  EXPECT_THAT(error_of(replaced("0, 1, 3", "0, 3, 1")), StartsWith("bad.lib:12: 'index_2' does not ascend"));
  EXPECT_THAT(error_of(replaced("when : \"B\"", "when : \"Q\"")), StartsWith("bad.lib:24: condition \"Q\""));
  EXPECT_THAT(error_of(replaced("when : \"B\"", "when : \"(B\"")), HasSubstr("'(' is not closed"));
  EXPECT_THAT(error_of(replaced("variable_1 : input_transition_time", "variable_1 : mood")),
              HasSubstr("power table over 'mood' is not supported"));
  EXPECT_THAT(error_of(replaced("direction : output;", "")),
              StartsWith("bad.lib:19: pin 'Y' has no direction"));
  EXPECT_THAT(error_of(std::string(kSmall).substr(0, 300)), HasSubstr("bad.lib:"));
  EXPECT_THAT(error_of(replaced("/* two cells */", "/* two cells")),
              StartsWith("bad.lib:1: comment without end"));
  EXPECT_THAT(error_of(replaced("\"A\"; value", "\"A; value")), HasSubstr("bad.lib:"));
  EXPECT_THAT(error_of(std::string(kSmall) + "}"), HasSubstr("text after the end of the library: '}'"));
  EXPECT_THAT(error_of("module x; endmodule"), StartsWith("bad.lib:1: "));
  EXPECT_THAT(error_of(""), StartsWith("bad.lib:1: "));
}

TEST(Liberty, ReadsTheDefaultLibraryWhole) {
  const Library library =
      read_library(std::filesystem::path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib"));
  EXPECT_EQ(library.cells.size(), 32U);
  EXPECT_DOUBLE_EQ(library.voltage, 1.8);
  EXPECT_EQ(library.corner, "typical");
  EXPECT_DOUBLE_EQ(library.cell("NAND2X1").area, 24);
  for (const auto& [name, cell] : library.cells) EXPECT_TRUE(cell.has_power_table()) << name;
  EXPECT_THROW(library.cell("NAND9"), InputError);
}

TEST(Liberty, MissingFileIsTheUsersError) {
  EXPECT_THROW(read_library(std::filesystem::path("/nowhere/x.lib")), InputError);
}

}  // namespace
}  // namespace napier::cost::liberty

// Energy of tiny netlists, worked out by hand from the library's tables.
#include "cost/power/energy_meter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/error.hpp"

namespace napier::cost {
namespace {

/// An inverter and a flip-flop whose clock energy depends on D; all tables constant, so that sums are short.
/// Units: 1 pF, 1 V, so 1 pJ.
constexpr const char* kLibrary = R"(library (hand) {
  capacitive_load_unit (1, pf); leakage_power_unit : "1uW"; nom_voltage : 2;
  power_lut_template (slope) { variable_1 : total_output_net_capacitance; index_1 ("0, 1"); }
  cell (INV) {
    area : 1; cell_leakage_power : 3;
    pin (A) { direction : input; capacitance : 0.010; }
    pin (Y) { direction : output; function : "!A";
      internal_power () { related_pin : "A"; rise_power (slope) { values ("0.1, 1.1"); } fall_power (scalar) { values ("0.2"); } }
    }
  }
  cell (DFF) {
    area : 5; cell_leakage_power : 7;
    pin (CLK) { direction : input; clock : true; capacitance : 0.020;
      internal_power () { when : "D"; power (scalar) { values ("0.5"); } }
      internal_power () { when : "!D"; power (scalar) { values ("0.3"); } }
    }
    pin (D) { direction : input; capacitance : 0.010;
      internal_power () { power (scalar) { values ("0.05"); } }
    }
    pin (Q) { direction : output;
      internal_power () { related_pin : "CLK"; power (scalar) { values ("0.7"); } }
    }
  }
  cell (XOR) {
    area : 2;
    pin (A, B) { direction : input; capacitance : 0.010; }
    pin (Y) { direction : output;
      internal_power () { related_pin : "A"; when : "B"; power (scalar) { values ("1"); } }
      internal_power () { related_pin : "A"; when : "!B"; power (scalar) { values ("2"); } }
      internal_power () { related_pin : "B"; power (scalar) { values ("4"); } }
    }
  }
  cell (FILL) { area : 1; pin (A) { direction : input; } }
})";

constexpr double kPico = 1e-12;
constexpr int kClk = 2, kIn = 3, kMid = 4, kOut = 5;

class Meter : public testing::Test {
 protected:
  liberty::Library library_ = liberty::read_library(std::string_view(kLibrary), "hand.lib");

  /// in -> INV -> D flip-flop -> out
  Netlist chain() {
    Netlist n;
    n.top = "chain";
    n.nets = 6;
    n.units = {"first", "second"};
    n.instances = {{"g0", &library_.cell("INV"), 0, {kIn, kMid}},
                   {"g1", &library_.cell("DFF"), 1, {kClk, kMid, kOut}}};
    n.ports = {{"clk_i", false, {kClk}}, {"in", false, {kIn}}, {"out", true, {kOut}}};
    return n;
  }
  static PowerConditions conditions() { return {2.0, 0.001e-12, {}, 1e-9}; }
};

TEST_F(Meter, InverterAndFlipFlopByHand) {
  const Netlist netlist = chain();
  EnergyMeter meter(netlist, library_, conditions());
  for (const int net : {kClk, kIn, kOut}) meter.change(0, net, 0);
  meter.change(0, kMid, 1);
  meter.open_window(10);
  meter.change(10, kClk, 1);  // D = 1: 0.5 pJ
  meter.change(12, kOut, 1);  // Q: 0.7 pJ
  meter.change(15, kClk, 0);  // D = 1: 0.5 pJ
  meter.change(16, kIn, 1);
  meter.change(17, kMid, 0);  // inverter falls: 0.2 pJ; D pin: 0.05 pJ
  meter.change(20, kClk, 1);  // D = 0: 0.3 pJ
  meter.change(22, kOut, 0);  // Q: 0.7 pJ
  meter.change(30, kIn, 0);
  meter.change(31, kMid, 1);  // inverter rises at 0.011 pF: 0.1 + 0.011 pJ; D pin: 0.05 pJ
  meter.close(110);
  ASSERT_EQ(meter.windows().size(), 1U);
  const Energy& first = meter.windows()[0][0];
  const Energy& second = meter.windows()[0][1];
  // Charging: C V^2 / 2 = 2 C. in and mid: 0.011 pF each, out: 0.001 (wire alone), clk: 0.021.
  EXPECT_NEAR(first.switching, 2 * (2 * 0.011 + 2 * 0.011) * kPico, 1e-20);
  EXPECT_NEAR(first.internal, (0.2 + 0.111) * kPico, 1e-20);
  EXPECT_NEAR(second.switching, 2 * (2 * 0.001) * kPico, 1e-20);
  EXPECT_NEAR(second.internal, (0.7 + 0.7 + 0.05 + 0.05) * kPico, 1e-20);
  EXPECT_NEAR(second.clock, (0.5 + 0.5 + 0.3 + 2 * 3 * 0.021) * kPico, 1e-20);
  EXPECT_EQ(first.clock, 0);
  // 3 uW and 7 uW for 100 ns.
  EXPECT_NEAR(first.leakage, 0.3 * kPico, 1e-20);
  EXPECT_NEAR(second.leakage, 0.7 * kPico, 1e-20);
  EXPECT_EQ(meter.toggles(), 9);
  EXPECT_EQ(meter.unknown_changes(), 0);
}

TEST_F(Meter, TheInputThatMovedAndTheConditionChooseTheTable) {
  Netlist n;
  n.top = "xor";
  n.nets = 5;
  n.units = {"xor"};
  n.instances = {{"g0", &library_.cell("XOR"), 0, {2, 3, 4}}};
  n.ports = {{"a", false, {2}}, {"b", false, {3}}, {"y", true, {4}}};
  EnergyMeter meter(n, library_, conditions());
  for (const int net : {2, 3, 4}) meter.change(0, net, 0);
  meter.open_window(1);
  meter.change(1, 2, 1);
  meter.change(2, 4, 1);  // by A while B = 0: 2 pJ
  meter.open_window(3);
  meter.change(3, 3, 1);
  meter.change(4, 4, 0);  // by B: 4 pJ
  meter.open_window(5);
  meter.change(5, 2, 0);
  meter.change(6, 4, 1);  // by A while B = 1: 1 pJ
  meter.close(7);
  ASSERT_EQ(meter.windows().size(), 3U);
  EXPECT_NEAR(meter.windows()[0][0].internal, 2 * kPico, 1e-20);
  EXPECT_NEAR(meter.windows()[1][0].internal, 4 * kPico, 1e-20);
  EXPECT_NEAR(meter.windows()[2][0].internal, 1 * kPico, 1e-20);
}

TEST_F(Meter, CountsOnlyInsideWindowsAndTellsUnknownsApart) {
  const Netlist netlist = chain();
  EnergyMeter meter(netlist, library_, conditions());
  meter.change(0, kIn, 0);
  meter.change(1, kIn, 1);
  meter.open_window(5);
  meter.change(6, kMid, 0);  // from unknown
  meter.change(7, kIn, 0);
  meter.close(8);
  meter.change(9, kIn, 1);
  meter.open_window(10);
  meter.close(11);
  EXPECT_EQ(meter.unknown_changes(), 1);
  EXPECT_EQ(meter.toggles(), 1);
  EXPECT_EQ(meter.windows()[1][0].switching, 0);
}

TEST_F(Meter, ChangedTableOrWireChangesTheEnergy) {
  const auto energy = [](const std::string& library_text, double wire) {
    const liberty::Library library = liberty::read_library(library_text, "hand.lib");
    Netlist n;
    n.top = "inv";
    n.nets = 4;
    n.units = {"inv"};
    n.instances = {{"g0", &library.cell("INV"), 0, {2, 3}}};
    n.ports = {{"a", false, {2}}, {"y", true, {3}}};
    EnergyMeter meter(n, library, {2.0, wire, {}, 1e-9});
    meter.change(0, 2, 1);
    meter.change(0, 3, 0);
    meter.open_window(1);
    meter.change(1, 2, 0);
    meter.change(2, 3, 1);
    meter.close(3);
    return meter.windows()[0][0].total();
  };
  const double base = energy(kLibrary, 0.001e-12);
  std::string changed = kLibrary;
  changed.replace(changed.find("0.1, 1.1"), 3, "0.4");
  EXPECT_GT(energy(changed, 0.001e-12), base + 0.2 * kPico);
  EXPECT_GT(energy(kLibrary, 0.002e-12), base);
}

TEST_F(Meter, ACellWithoutPowerTablesIsRefusedByName) {
  Netlist n;
  n.top = "fill";
  n.nets = 3;
  n.units = {"fill"};
  n.instances = {{"g0", &library_.cell("FILL"), 0, {2}}};
  try {
    EnergyMeter meter(n, library_, conditions());
    FAIL() << "accepted";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("hand.lib:33: cell 'FILL' has no internal_power table"));
  }
}

}  // namespace
}  // namespace napier::cost

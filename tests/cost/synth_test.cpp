// From Verilog to energy with the real tools, on tiny netlists and tiny designs.
#include "cost/synth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "cost/simulation/gate_simulation.hpp"
#include "cost/synthesis/synthesis.hpp"
#include "cost/synthesis/timing.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/trace/reference.hpp"
#include "rtl-gen/emit_design.hpp"
#include "tests/support/temporary_folder.hpp"

namespace napier::cost {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Synth : public testing::Test {
 protected:
  static Design design(const std::string& name) {
    return read_design(fs::path(NAPIER_SOURCE_DIR) / "configs/designs" / (name + ".yaml"));
  }

  static Trace trace_of(const Design& d) {
    constexpr std::array<Shape, 3> kShapes = {Shape{8, 6, 24}, Shape{5, 4, 16}, Shape{4, 8, 8}};
    Trace trace = random_trace(d, kShapes, 11);
    trace.design_digest = design_digest(d);
    return trace;
  }

  SynthReport run(const Design& d, const Trace* trace) {
    std::vector<fs::path> verilog;
    for (const rtl::EmittedFile& file : rtl::emit_design(d)) {
      if (file.path.extension() != ".sv") continue;
      verilog.push_back(folder_ / file.path);
      write_file(verilog.back(), file.text);
    }
    return run_synth(d, technology_, trace, verilog, folder_,
                     {[this](const std::string& line) { progress_ += line + "\n"; }});
  }

  /// The chain that the tests below work out by hand: two registers with an inverter between them.
  Netlist chain() {
    write_file(folder_ / "chain.v",
               "module chain (input clk_i, input d_i, output reg q_o);\n  reg first;\n"
               "  always @(posedge clk_i) begin first <= d_i; q_o <= ~first; end\nendmodule\n");
    synthesise({"chain", {folder_ / "chain.v"}, {"chain"}, {}, 20}, technology_, folder_ / "cache/chain");
    return read_netlist(folder_ / "cache/chain/netlist.json", "chain", library_);
  }

  const napier::test::TemporaryFolder temporary_;
  const fs::path& folder_ = temporary_.path();
  Technology technology_ = default_technology();
  liberty::Library library_ = liberty::read_library(technology_.liberty);
  std::string progress_;
};

TEST_F(Synth, AreaIsTheSumOfTheCells) {
  const Netlist netlist = chain();
  const std::vector<UnitArea> rows = areas(netlist);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].flip_flops, 2);
  ASSERT_EQ(rows[0].cells, 3);
  double inverter = 0;
  for (const Instance& i : netlist.instances) {
    if (i.cell->name != "DFFPOSX1") inverter = i.cell->area;
  }
  EXPECT_DOUBLE_EQ(rows[0].area_um2, 2 * 96 + inverter);
}

TEST_F(Synth, EnergyOfAChainAgreesWithTheTables) {
  const Netlist netlist = chain();
  const Timing timing = analyse_timing(netlist, library_, technology_, 20, folder_ / "cache/chain");
  EXPECT_GT(timing.critical_path_ns, 0.2);
  EXPECT_LT(timing.critical_path_ns, 2);
  // d_i alternates: every net but the clock moves once a cycle, the clock twice.
  GateStimulus s;
  s.inputs = {{"d_i", 1}};
  s.outputs = {{"q_o", 1}};
  for (int cycle = 0; cycle < 12; ++cycle) {
    const bool d = cycle % 2 == 1;
    s.drive.push_back({Bits{d}});
    // Two registers and an inverter later; unknown at first.
    s.expect.push_back({cycle < 2 ? std::nullopt : std::optional<Bits>(Bits{!d})});
  }
  s.windows = {{4, 8, 0, 8}};
  const MeasuredEnergy measured =
      measure_energy(netlist, library_, technology_, timing, s, 20, folder_ / "cache/chain");
  ASSERT_EQ(measured.windows.size(), 1U);
  const Energy& energy = measured.windows[0][0];
  EXPECT_EQ(measured.toggles, 8 * 6);  // d_i, first, inverted, q_o, clock up and down

  // By hand, in pJ and pF: half of the changes of each net rise, half fall; four of each.
  const double wire = technology_.wire_ff / 1000;
  const liberty::Cell& dff = library_.cell("DFFPOSX1");
  const Instance* inverter = nullptr;
  const Instance* second = nullptr;
  for (const Instance& i : netlist.instances) {
    if (i.cell->name != "DFFPOSX1") inverter = &i;
  }
  ASSERT_NE(inverter, nullptr);
  const auto pin = [](const liberty::Cell& c, const char* name) -> const liberty::Pin& {
    return c.pins[static_cast<std::size_t>(c.pin(name))];
  };
  const auto net = [](const Instance& i, const char* name) {
    return i.nets[static_cast<std::size_t>(i.cell->pin(name))];
  };
  for (const Instance& i : netlist.instances) {
    if (i.cell == &dff && net(i, "D") == net(*inverter, "Y")) second = &i;
  }
  ASSERT_NE(second, nullptr);
  const double load_d = pin(dff, "D").capacitance + wire;
  const double load_inverter = pin(*inverter->cell, "A").capacitance + wire;
  const double load_clock = 2 * (pin(dff, "CLK").capacitance + wire);
  const double charge = 1.8 * 1.8 / 2;
  EXPECT_NEAR(energy.switching * 1e12, 8 * charge * (load_d + load_inverter + load_d + wire), 1e-9);

  const double slew = technology_.input_slew_ns;
  const liberty::InternalPower& clock_pin = pin(dff, "CLK").power.at(0);
  const double clock = 16 * charge * load_clock + 8 * 2 * (clock_pin.rise(slew, 0) + clock_pin.fall(slew, 0));
  EXPECT_NEAR(energy.clock * 1e12, clock, 1e-9);

  const auto slews = [&](int n) { return timing.slews[static_cast<std::size_t>(n)]; };
  const Slew at_a = slews(net(*inverter, "A"));
  const Slew at_y = slews(net(*inverter, "Y"));
  const liberty::InternalPower& d_pin = pin(dff, "D").power.at(0);
  const liberty::InternalPower& q_pin = pin(dff, "Q").power.at(0);
  const liberty::InternalPower& y_pin = pin(*inverter->cell, "Y").power.at(0);
  double internal = 0;
  internal += 4 * (q_pin.rise(slew, load_inverter) + q_pin.fall(slew, load_inverter));  // first register
  internal += 4 * (q_pin.rise(slew, wire) + q_pin.fall(slew, wire));                    // second register
  internal += 4 * (y_pin.rise(at_a.fall, load_d) + y_pin.fall(at_a.rise, load_d));      // inverter
  internal += 4 * (d_pin.rise(slew, 0) + d_pin.fall(slew, 0));                          // d_i at the first D
  internal += 4 * (d_pin.rise(at_y.rise, 0) + d_pin.fall(at_y.fall, 0));                // second D
  EXPECT_NEAR(energy.internal * 1e12, internal, 1e-9);
  const double leakage = (2 * dff.leakage + inverter->cell->leakage) * 1e-9 * 8 * 20e-9;
  EXPECT_NEAR(energy.leakage, leakage, 1e-20);

  // A wrong expectation goes red.
  s.expect[7] = {Bits{true}};
  s.expect[8] = {Bits{true}};
  EXPECT_THROW(measure_energy(netlist, library_, technology_, timing, s, 20, folder_ / "cache/chain"),
               MismatchError);
  // Another operand gives another energy: d_i stands still from the sixth cycle on.
  for (std::size_t c = 6; c < 12; ++c) {
    s.drive[c] = {Bits{false}};
    s.expect[c] = {std::nullopt};
  }
  const MeasuredEnergy still =
      measure_energy(netlist, library_, technology_, timing, s, 20, folder_ / "cache/chain");
  EXPECT_LT(still.windows[0][0].switching, energy.switching);
}

void expect_whole(const SynthReport& r, bool update) {
  EXPECT_GT(r.total_um2, 1e5);
  EXPECT_GT(r.slack_ns, 0);
  ASSERT_TRUE(r.pj_per_mac.has_value());
  EXPECT_GT(*r.pj_per_mac, 5);
  EXPECT_LT(*r.pj_per_mac, 1000);
  EXPECT_GT(r.pj_per_mac_error, 0);
  EXPECT_LT(r.pj_per_mac_error, *r.pj_per_mac);
  // The whole is the sum of its parts, by unit and by kind.
  double sum = 0;
  double by_unit = 0;
  double by_kind = 0;
  bool has_update = false;
  for (const EnergyRow& e : r.energy) {
    if (e.part.empty()) sum += e.pj_per_mac;
    has_update |= e.unit == "madam_update_lane";
    if (e.unit != "vector_lane" || e.event != "MAC" || e.part.empty()) continue;
    (e.part.ends_with(" energy") ? by_kind : by_unit) += e.pj;
  }
  EXPECT_NEAR(sum, *r.pj_per_mac, 1e-9);
  EXPECT_NEAR(by_unit, by_kind, 1e-9);
  EXPECT_EQ(has_update, update);
}

TEST_F(Synth, Int8TinyEndToEndAndAgainFromTheCache) {
  const Design d = design("int8_tiny");
  const Trace trace = trace_of(d);
  const SynthReport first = run(d, &trace);
  expect_whole(first, false);
  const std::string json = read_file(folder_ / "synth.json");
  const std::string csv = read_file(folder_ / "synth.csv");
  EXPECT_THAT(csv, HasSubstr("energy,processing_element,energy_per_mac,"));
  EXPECT_THAT(read_file(folder_ / "synth.txt"), HasSubstr("glitches included"));

  // From the cache nothing is run, and the report is the same to the byte.
  const auto stamp = fs::last_write_time(folder_ / "cache/vector_lane/energy.stamp");
  run(d, &trace);
  EXPECT_EQ(fs::last_write_time(folder_ / "cache/vector_lane/energy.stamp"), stamp);
  EXPECT_EQ(read_file(folder_ / "synth.json"), json);
  EXPECT_EQ(read_file(folder_ / "synth.csv"), csv);

  // Other operands give another energy, and the same area.
  Trace other = trace;
  for (GemmRecord& r : other.gemms) std::fill(r.a.begin(), r.a.end(), Word{0});
  for (GemmRecord& r : other.gemms) compute_expected(d, r);
  const SynthReport quiet = run(d, &other);
  EXPECT_LT(*quiet.pj_per_mac, *first.pj_per_mac);
  EXPECT_EQ(quiet.total_um2, first.total_um2);
}

TEST_F(Synth, Lns8PaperTinyEndToEnd) {
  const Design d = design("lns8_paper_tiny");
  const Trace trace = trace_of(d);
  const SynthReport report = run(d, &trace);
  expect_whole(report, true);
  std::vector<std::string> parts;
  for (const AreaRow& a : report.area) {
    if (a.unit == "vector_lane") parts.push_back(a.part);
  }
  EXPECT_THAT(parts, testing::ElementsAre("", "bin_adder_tree", "constant_scaler", "lns_multiplier",
                                          "lns_to_int", "vector_lane"));
}

TEST_F(Synth, WithoutATraceEnergyIsAbsentAndSaysWhy) {
  const Design d = design("int8_tiny");
  const SynthReport report = run(d, nullptr);
  EXPECT_FALSE(report.pj_per_mac.has_value());
  EXPECT_TRUE(report.energy.empty());
  EXPECT_THAT(read_file(folder_ / "synth.json"), HasSubstr("\"energy_absent\": \"no trace was given"));
  EXPECT_THAT(read_file(folder_ / "synth.csv"), testing::Not(HasSubstr("energy,")));
}

TEST_F(Synth, ATraceOfAnotherDesignIsRefused) {
  const Trace trace = trace_of(design("lns8_paper_tiny"));
  EXPECT_THROW(run(design("int8_tiny"), &trace), InputError);
}

TEST_F(Synth, AMissingYosysIsAToolError) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.c_str(), 1);
  try {
    run(design("int8_tiny"), nullptr);
    FAIL() << "ran without Yosys";
  } catch (const ToolError& e) {
    EXPECT_THAT(e.what(), HasSubstr("apt-get install yosys"));
    EXPECT_EQ(e.code(), ExitCode::kToolFailed);
  }
  setenv("PATH", path.c_str(), 1);
}

TEST(Sanity, ImplausibleNumbersAreOurBug) {
  SynthReport good;
  good.total_um2 = 100;
  good.critical_path_ns = 1;
  good.pj_per_mac = 5;
  good.energy = {{"vector_lane", "", "MAC", 5, 0.1, 1, 5, 3, 48}};
  EXPECT_NO_THROW(check_sanity(good));
  const auto refused = [&](auto&& change) {
    SynthReport bad = good;
    change(bad);
    EXPECT_THROW(check_sanity(bad), InternalError);
  };
  refused([](SynthReport& r) { r.total_um2 = -1; });
  refused([](SynthReport& r) { r.pj_per_mac = 2e6; });
  refused([](SynthReport& r) { r.pj_per_mac = -0.1; });
  refused([](SynthReport& r) { r.energy[0].pj = std::nan(""); });
  refused([](SynthReport& r) { r.critical_path_ns = 0; });
}

}  // namespace
}  // namespace napier::cost

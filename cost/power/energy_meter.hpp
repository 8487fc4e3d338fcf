#pragma once
#include <cstdint>
#include <vector>

#include "cost/netlist/netlist.hpp"

namespace napier::cost {

/// Transition times at a net, in the library's time unit.
struct Slew {
  double rise = 0;
  double fall = 0;
};

/// What the surroundings of a netlist add to the library.
struct PowerConditions {
  double voltage = 0;            ///< V
  double wire_farads = 0;        ///< of wire for each pin that a net drives
  std::vector<Slew> slews;       ///< by net
  double time_unit_seconds = 0;  ///< of the value changes' times
};

/// Joules by where they go.
struct Energy {
  double switching = 0;  ///< charging nets: C V^2 / 2 a change
  double internal = 0;   ///< internal_power tables of the cells
  double clock = 0;      ///< both of these at clock pins and the clock's net
  double leakage = 0;
  double total() const { return switching + internal + clock + leakage; }
  Energy& operator+=(const Energy& other);
};

/// Adds up the energy of a netlist from the value changes of its nets, in time order.
///   net:      C_net V^2 / 2 for each 0-1 or 1-0 change, C_net = pin capacitances + wire per driven pin
///   output:   internal_power of the driver for the input that changed last, `when` it holds, at that input's
///             slew and C_net; rise or fall as the output moved. Several groups that hold at once share
///             evenly.
///   input:    internal_power without related_pin of the pin's cell, `when` it holds, at the pin's slew
///   leakage:  the cells' leakage times the window's length
/// Model: Liberty user guide, "Modeling power and electromigration". A cell without any power table is
/// refused with InputError: its energy would silently be missing.
class EnergyMeter {
 public:
  EnergyMeter(const Netlist& netlist, const liberty::Library& library, PowerConditions conditions);

  /// Opens a window at `time`; what comes is added to it until the next one opens or close().
  void open_window(std::int64_t time);
  void change(std::int64_t time, int net, std::uint8_t value);
  void close(std::int64_t time);

  /// By window and unit (index in Netlist::units).
  const std::vector<std::vector<Energy>>& windows() const { return windows_; }
  /// Changes from or to an unknown value inside windows; they carry no energy.
  std::int64_t unknown_changes() const { return unknown_; }
  std::int64_t toggles() const { return toggles_; }
  /// Load of a net in farads, with wire.
  double load(int net) const { return loads_[static_cast<std::size_t>(net)]; }

 private:
  struct PinPlace {
    int instance;
    int pin;
  };
  struct Event {
    int net;
    std::uint8_t before, after;
  };
  void settle();
  void account(const Event& event);
  double output_energy(const PinPlace& driver, bool rise) const;
  double input_energy(const PinPlace& sink, bool rise) const;
  bool holds(const liberty::InternalPower& power, int instance) const;
  int last_changed_input(int instance) const;
  Energy& bin(int unit) { return windows_.back()[static_cast<std::size_t>(unit)]; }

  const Netlist& netlist_;
  const liberty::Library& library_;
  PowerConditions conditions_;
  std::vector<PinPlace> drivers_;             // by net; instance -1 for ports
  std::vector<std::vector<PinPlace>> sinks_;  // by net
  std::vector<int> reader_unit_;              // by net without driver: the unit of its first sink
  std::vector<double> loads_;                 // farads
  std::vector<bool> clock_net_;
  std::vector<std::uint8_t> values_;
  std::vector<std::int64_t> changed_at_;  // sequence number of a net's last time step with a change
  std::vector<double> leakage_watts_;     // by unit
  std::vector<Event> pending_;
  std::vector<std::vector<Energy>> windows_;
  std::int64_t now_ = 0, opened_ = 0;
  bool is_open_ = false;
  std::int64_t unknown_ = 0, toggles_ = 0;
};

}  // namespace napier::cost

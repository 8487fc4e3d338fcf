#include "cost/power/energy_meter.hpp"

#include <algorithm>
#include <array>

#include "models/base/error.hpp"

namespace napier::cost {
namespace {

constexpr std::uint8_t kUnknown = 2;
constexpr std::size_t kMostPins = 64;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace

Energy& Energy::operator+=(const Energy& other) {
  switching += other.switching;
  internal += other.internal;
  clock += other.clock;
  leakage += other.leakage;
  return *this;
}

EnergyMeter::EnergyMeter(const Netlist& netlist, const liberty::Library& library, PowerConditions conditions)
    : netlist_(netlist), library_(library), conditions_(std::move(conditions)) {
  const std::size_t nets = at(netlist.nets);
  conditions_.slews.resize(nets);
  drivers_.assign(nets, {-1, -1});
  sinks_.resize(nets);
  reader_unit_.assign(nets, 0);
  loads_.assign(nets, 0);
  clock_net_.assign(nets, false);
  values_.assign(nets, kUnknown);
  values_[kNetZero] = 0;
  values_[kNetOne] = 1;
  changed_at_.assign(nets, -1);
  leakage_watts_.assign(netlist.units.size(), 0);
  const double farads = library.units.farads;
  for (std::size_t i = 0; i < netlist.instances.size(); ++i) {
    const Instance& instance = netlist.instances[i];
    const liberty::Cell& cell = *instance.cell;
    if (!cell.has_power_table()) {
      throw InputError(library.file + ":" + std::to_string(cell.line) + ": cell '" + cell.name +
                       "' has no internal_power table, so its energy is unknown; use a library with power "
                       "tables, or give no trace to get area and timing alone");
    }
    if (cell.pins.size() > kMostPins) {
      throw InputError(library.file + ":" + std::to_string(cell.line) + ": cell of more than 64 pins");
    }
    leakage_watts_[at(instance.unit)] += cell.leakage * library.units.watts;
    for (std::size_t p = 0; p < cell.pins.size(); ++p) {
      const int net = instance.nets[p];
      if (net <= kNetOne) continue;
      const PinPlace place{static_cast<int>(i), static_cast<int>(p)};
      if (cell.pins[p].output) {
        drivers_[at(net)] = place;
        continue;
      }
      if (sinks_[at(net)].empty()) reader_unit_[at(net)] = instance.unit;
      sinks_[at(net)].push_back(place);
      loads_[at(net)] += cell.pins[p].capacitance * farads + conditions_.wire_farads;
      if (cell.pins[p].clock) clock_net_[at(net)] = true;
    }
  }
  for (const Port& port : netlist.ports) {
    if (!port.output) continue;
    for (const int net : port.nets) loads_[at(net)] += conditions_.wire_farads;
  }
}

void EnergyMeter::open_window(std::int64_t time) {
  if (is_open_) close(time);
  settle();
  windows_.emplace_back(netlist_.units.size());
  opened_ = time;
  is_open_ = true;
}

void EnergyMeter::close(std::int64_t time) {
  settle();
  const double seconds = static_cast<double>(time - opened_) * conditions_.time_unit_seconds;
  for (std::size_t u = 0; u < leakage_watts_.size(); ++u) {
    windows_.back()[u].leakage += leakage_watts_[u] * seconds;
  }
  is_open_ = false;
}

void EnergyMeter::change(std::int64_t time, int net, std::uint8_t value) {
  if (net <= kNetOne) return;
  if (time != now_) settle();
  now_ = time;
  pending_.push_back({net, values_[at(net)], value});
  values_[at(net)] = value;
  changed_at_[at(net)] = time;
}

/// All changes of one time step are known: conditions see the values after it.
void EnergyMeter::settle() {
  if (is_open_) {
    for (const Event& event : pending_) account(event);
  }
  pending_.clear();
}

void EnergyMeter::account(const Event& event) {
  if (event.before == event.after) return;
  if (event.before == kUnknown || event.after == kUnknown) {
    ++unknown_;
    return;
  }
  ++toggles_;
  const std::size_t net = at(event.net);
  const bool rise = event.after == 1;
  const PinPlace driver = drivers_[net];
  const double charge = loads_[net] * conditions_.voltage * conditions_.voltage / 2;
  const int owner = driver.instance >= 0 ? netlist_.instances[at(driver.instance)].unit : reader_unit_[net];
  (clock_net_[net] ? bin(owner).clock : bin(owner).switching) += charge;
  if (driver.instance >= 0) {
    const double joules = output_energy(driver, rise);
    (clock_net_[net] ? bin(owner).clock : bin(owner).internal) += joules;
  }
  for (const PinPlace& sink : sinks_[net]) {
    const Instance& instance = netlist_.instances[at(sink.instance)];
    const double joules = input_energy(sink, rise);
    const bool clock = instance.cell->pins[at(sink.pin)].clock;
    (clock ? bin(instance.unit).clock : bin(instance.unit).internal) += joules;
  }
}

bool EnergyMeter::holds(const liberty::InternalPower& power, int instance) const {
  if (!power.when) return true;
  const Instance& i = netlist_.instances[at(instance)];
  std::array<std::uint8_t, kMostPins> pin_values{};
  for (std::size_t p = 0; p < i.nets.size(); ++p) {
    pin_values[p] = i.nets[p] == kNoNet ? kUnknown : values_[at(i.nets[p])];
  }
  return power.when->value(pin_values.data()) == 1;
}

/// A change takes time to pass a gate: an input that moves in the same instant as the output did not move it,
/// unless no other input ever moved.
int EnergyMeter::last_changed_input(int instance) const {
  const Instance& i = netlist_.instances[at(instance)];
  int last = -1;
  std::int64_t latest = -1;
  for (std::size_t p = 0; p < i.nets.size(); ++p) {
    if (i.cell->pins[p].output || i.nets[p] <= kNetOne) continue;
    const std::int64_t changed = changed_at_[at(i.nets[p])];
    const bool better = changed < now_ ? changed > latest : last < 0;
    if (!better) continue;
    last = static_cast<int>(p);
    latest = changed < now_ ? changed : -1;
  }
  return last;
}

double EnergyMeter::output_energy(const PinPlace& driver, bool rise) const {
  const Instance& i = netlist_.instances[at(driver.instance)];
  const liberty::Pin& output = i.cell->pins[at(driver.pin)];
  const int cause = last_changed_input(driver.instance);
  if (cause < 0) return 0;
  const std::string& related = i.cell->pins[at(cause)].name;
  const Slew& slew = conditions_.slews[at(i.nets[at(cause)])];
  const double cause_slew = values_[at(i.nets[at(cause)])] == 1 ? slew.rise : slew.fall;
  const double load = loads_[at(i.nets[at(driver.pin)])] / library_.units.farads;
  // First the groups of the pin that caused the change; a pin without groups of its own takes those that name
  // no pin, and as a last resort the mean over all that hold.
  for (const int level : {0, 1, 2}) {
    double sum = 0;
    int groups = 0;
    for (const liberty::InternalPower& power : output.power) {
      const auto& names = power.related_pins;
      const bool named = std::find(names.begin(), names.end(), related) != names.end();
      const bool chosen = level == 0 ? named : level == 1 ? names.empty() : true;
      const liberty::Table& table = rise ? power.rise : power.fall;
      if (!chosen || table.empty() || !holds(power, driver.instance)) continue;
      sum += table(cause_slew, load);
      ++groups;
    }
    if (groups > 0) return sum / groups * library_.units.joules();
  }
  return 0;
}

double EnergyMeter::input_energy(const PinPlace& sink, bool rise) const {
  const Instance& i = netlist_.instances[at(sink.instance)];
  const Slew& slew = conditions_.slews[at(i.nets[at(sink.pin)])];
  double sum = 0;
  int groups = 0;
  for (const liberty::InternalPower& power : i.cell->pins[at(sink.pin)].power) {
    const liberty::Table& table = rise ? power.rise : power.fall;
    if (table.empty() || !holds(power, sink.instance)) continue;
    sum += table(rise ? slew.rise : slew.fall, 0);
    ++groups;
  }
  return groups == 0 ? 0 : sum / groups * library_.units.joules();
}

}  // namespace napier::cost

#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace napier::cost {

/// One module of the processing element, or one unit inside it (`part`), mapped to cells.
struct AreaRow {
  std::string unit;             ///< what is mapped on its own
  std::string part;             ///< unit inside it that these cells belong to; "" for the whole
  std::int64_t instances = 0;   ///< of `unit` in the processing element
  int cells = 0;                ///< of one instance
  int flip_flops = 0;           ///< of one instance
  double area_um2 = 0;          ///< of one instance
  double total_um2 = 0;         ///< of all instances
  double gate_equivalents = 0;  ///< of all instances
};

struct TimingRow {
  std::string unit;
  double critical_path_ns = 0;
  double slack_ns = 0;
  std::string from, to;
};

/// Energy of one kind of event, in picojoules.
struct EnergyRow {
  std::string unit;
  std::string part;           ///< unit inside it, or kind of energy; "" for the whole
  std::string event;          ///< "MAC", "output", "weight", "idle cycle"
  double pj = 0;              ///< per event
  double standard_error = 0;  ///< of pj, from the spread over the sampled windows
  double events_per_mac = 0;  ///< in the trace; 0: not part of the sum
  double pj_per_mac = 0;      ///< pj * events_per_mac
  std::int64_t samples = 0;   ///< windows
  std::int64_t cycles = 0;    ///< simulated and measured
};

/// What `napier synth` found. docs/cost.md says how.
struct SynthReport {
  std::string design, design_digest;
  std::string technology, node, library, corner;
  double voltage = 0, temperature = 0;
  double period_ns = 0;
  double wire_ff = 0;
  std::string wire_source;
  std::string nand2;
  std::string simulation;     ///< how toggles were found
  std::string energy_absent;  ///< why there is no energy; "" where there is
  std::vector<AreaRow> area;
  std::vector<TimingRow> timing;
  std::vector<EnergyRow> energy;
  double total_um2 = 0, gate_equivalents = 0;
  double critical_path_ns = 0, slack_ns = 0;
  std::optional<double> pj_per_mac;
  double pj_per_mac_error = 0;
  double utilisation = 0;  ///< useful multiply-accumulates to slots, in the trace
  std::vector<std::string> not_included;
};

/// Throws InternalError where a number is not finite, negative where it cannot be, or absurd.
void check_sanity(const SynthReport& report);

/// synth.json, synth.csv (one row a number) and synth.txt.
void write_report(const SynthReport& report, const std::filesystem::path& folder);
std::string report_text(const SynthReport& report);

}  // namespace napier::cost

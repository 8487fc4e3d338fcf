#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What a sweep found, as its tables and its report show it.
namespace napier::explore {

/// One number of a design: `value` is empty where its stage was not reached.
struct Value {
  std::string name;  ///< unit included: "energy_per_mac_pj"
  std::string title;
  std::string unit;  ///< as written in a heading: "pJ"
  std::string description;
  std::optional<double> value;
};

/// A total split into named parts, in the order in which its stage reported them.
using Parts = std::vector<std::pair<std::string, double>>;

struct StageReport {
  std::string name;
  std::string command;  ///< as to be typed; $OUT stands for the sweep's output folder
  std::string state;    ///< "held", "failed", "not reached"
  int exit_code = 0;
  std::string message;  ///< why it failed
};

struct DesignReport {
  std::string name;
  std::string summary;  ///< the datapath in words
  std::vector<StageReport> stages;
  std::vector<Value> values;  ///< the same names in the same order for every design
  Parts cycles_by_cause;
  Parts area_by_unit;                     ///< mm2
  Parts energy_per_mac_by_unit;           ///< pJ
  std::vector<double> accuracy_by_epoch;  ///< percent
  bool pareto =
      false;  ///< no other design is at least as good in accuracy, energy and area and better in one

  std::optional<double> value(const std::string& name) const;
  /// The stage that failed, or nullptr.
  const StageReport* failure() const;
};

struct ReferenceReport {
  std::string name;
  StageReport stage;
  std::optional<double> test_accuracy_percent;
  std::vector<double> accuracy_by_epoch;  ///< percent
};

struct Results {
  std::string name;     ///< of the sweep
  std::string command;  ///< that made them
  std::string experiment;
  std::vector<DesignReport> designs;  ///< at least one
  std::optional<ReferenceReport> reference;
  std::vector<std::pair<std::string, std::string>> conditions;  ///< what the numbers hold for: library, ...
  std::vector<std::string> not_included;
};

/// Marks the designs on the front of accuracy, energy and area; a design without all three is not on it.
void mark_pareto_front(std::vector<DesignReport>& designs);

/// One row a design, one column a value, RFC 4180; empty cells where there is no value.
std::string results_csv(const Results& results);

/// Everything, with unit and description of each value. Names and order are stable.
std::string results_json(const Results& results);

}  // namespace napier::explore

#pragma once
#include <span>
#include <string>
#include <vector>

#include "sim/simulation.hpp"

namespace napier::sim {

/// One number of a run, with what it is counted in and what it means.
struct Statistic {
  std::string name;
  double value;
  bool whole;  ///< a count
  std::string unit, description;
};

/// Everything a run counted, events apart: totals, causes, update causes. The same for the same input.
std::vector<Statistic> statistics(const SimResult& result, const Design& design);

/// The shortest text that reads back as the number.
std::string shortest(double value);

/// One statistic a cause, named `prefix` and the cause.
void append_causes(std::vector<Statistic>& all, const std::string& prefix, std::span<const CauseText> causes,
                   std::span<const std::int64_t> counts);

/// The value with as many digits as it needs.
std::string value_text(const Statistic& statistic);

/// stats.json: an array of {name, value, unit, description}.
std::string statistics_json(const std::vector<Statistic>& all);
/// stats.txt: aligned columns.
std::string statistics_text(const std::vector<Statistic>& all);
/// events.csv: component,event,count,unit.
std::string events_csv(const std::vector<Event>& events);
/// cycles.csv: one line a matrix product, a column a cause.
std::string cycles_csv(const SimResult& result);

}  // namespace napier::sim

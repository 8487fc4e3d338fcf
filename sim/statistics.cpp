#include "sim/statistics.hpp"

#include <algorithm>
#include <charconv>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "models/trace/record_check.hpp"

namespace napier::sim {

std::string shortest(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

void append_causes(std::vector<Statistic>& all, const std::string& prefix, std::span<const CauseText> causes,
                   std::span<const std::int64_t> counts) {
  for (std::size_t i = 0; i < causes.size(); ++i) {
    all.push_back({prefix + std::string(causes[i].name), static_cast<double>(counts[i]), true, "cycles",
                   std::string(causes[i].description)});
  }
}

std::string value_text(const Statistic& s) {
  return s.whole ? std::to_string(static_cast<std::int64_t>(s.value)) : shortest(s.value);
}

std::vector<Statistic> statistics(const SimResult& r, const Design& design) {
  const auto count = [](std::int64_t value) { return static_cast<double>(value); };
  std::vector<Statistic> all = {
      {"cycles", count(r.cycles), true, "cycles", "length of the run"},
      {"time", count(r.cycles) * design.clock.period_ns, false, "ns", "length of the run at clock.period_ns"},
      {"macs", count(r.macs), true, "products", "products that the matrix products need, padding apart"},
      {"macs_per_cycle", r.cycles == 0 ? 0.0 : count(r.macs) / count(r.cycles), false, "products/cycle",
       "macs divided by cycles"},
      {"utilisation", r.utilisation, false, "ratio", "macs divided by cycles x lanes x vector"},
      {"matrix_products", count(static_cast<std::int64_t>(r.records.size())), true, "records",
       "matrix products of the trace"},
      {"words_checked", count(r.words_checked), true, "words",
       "words on drain, out and update_out held against the trace"},
  };
  append_causes(all, "cause.", kCauses, r.causes);
  append_causes(all, "update_cause.", kUpdateCauses, r.update_causes);
  return all;
}

std::string statistics_json(const std::vector<Statistic>& all) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Statistic& s : all) {
    nlohmann::ordered_json entry;
    entry["name"] = s.name;
    if (s.whole) {
      entry["value"] = static_cast<std::int64_t>(s.value);
    } else {
      entry["value"] = s.value;
    }
    entry["unit"] = s.unit;
    entry["description"] = s.description;
    list.push_back(entry);
  }
  return list.dump(2) + "\n";
}

std::string statistics_text(const std::vector<Statistic>& all) {
  std::size_t name = 0, value = 0, unit = 0;
  for (const Statistic& s : all) {
    name = std::max(name, s.name.size());
    value = std::max(value, value_text(s).size());
    unit = std::max(unit, s.unit.size());
  }
  std::ostringstream out;
  for (const Statistic& s : all) {
    out << std::left << std::setw(static_cast<int>(name) + 2) << s.name << std::right
        << std::setw(static_cast<int>(value)) << value_text(s) << "  " << std::left
        << std::setw(static_cast<int>(unit)) << s.unit << "  # " << s.description << '\n';
  }
  return out.str();
}

std::string events_csv(const std::vector<Event>& events) {
  std::ostringstream out;
  out << "component,event,count,unit\n";
  for (const Event& e : events) {
    out << e.component << ',' << e.event << ',' << e.count << ',' << e.unit << '\n';
  }
  return out.str();
}

std::string cycles_csv(const SimResult& result) {
  std::ostringstream out;
  out << "step,layer,pass,m,n,k,cycles";
  for (const CauseText& cause : kCauses) out << ',' << cause.name;
  out << ",macs,utilisation\n";
  for (const RecordResult& r : result.records) {
    out << r.step << ',' << r.layer << ',' << pass_name(r.pass) << ',' << r.m << ',' << r.n << ',' << r.k
        << ',' << r.cycles;
    for (const std::int64_t cycles : r.causes) out << ',' << cycles;
    out << ',' << r.macs() << ',' << shortest(r.utilisation) << '\n';
  }
  return out.str();
}

}  // namespace napier::sim

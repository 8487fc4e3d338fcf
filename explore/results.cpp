#include "explore/results.hpp"

#include <nlohmann/json.hpp>

#include "explore/csv.hpp"
#include "explore/pareto.hpp"
#include "sim/causes.hpp"

namespace napier::explore {
using Json = nlohmann::ordered_json;
namespace {

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json parts(const Parts& parts) {
  Json object = Json::object();
  for (const auto& [name, value] : parts) object[name] = value;
  return object;
}

Json stage(const StageReport& stage) {
  Json object{{"name", stage.name}, {"state", stage.state}, {"command", stage.command}};
  if (stage.state == "failed") {
    object["exit_code"] = stage.exit_code;
    object["message"] = stage.message;
  }
  return object;
}

Json design(const DesignReport& report) {
  Json values = Json::object();
  for (const Value& v : report.values) values[v.name] = number(v.value);
  Json stages = Json::array();
  for (const StageReport& s : report.stages) stages.push_back(stage(s));
  return {{"name", report.name},
          {"summary", report.summary},
          {"pareto", report.pareto},
          {"values", values},
          {"accuracy_by_epoch", report.accuracy_by_epoch},
          {"cycles_by_cause", parts(report.cycles_by_cause)},
          {"area_by_unit", parts(report.area_by_unit)},
          {"energy_per_mac_by_unit", parts(report.energy_per_mac_by_unit)},
          {"stages", stages}};
}

}  // namespace

std::optional<double> DesignReport::value(const std::string& wanted) const {
  for (const Value& v : values) {
    if (v.name == wanted) return v.value;
  }
  return std::nullopt;
}

const StageReport* DesignReport::failure() const {
  for (const StageReport& s : stages) {
    if (s.state == "failed") return &s;
  }
  return nullptr;
}

void mark_pareto_front(std::vector<DesignReport>& designs) {
  std::vector<std::vector<double>> points;
  std::vector<DesignReport*> owners;
  for (DesignReport& report : designs) {
    const auto accuracy = report.value("test_accuracy_percent");
    const auto energy = report.value("energy_per_mac_pj");
    const auto area = report.value("area_mm2");
    report.pareto = false;
    if (!accuracy || !energy || !area) continue;
    points.push_back({-*accuracy, *energy, *area});
    owners.push_back(&report);
  }
  const std::vector<bool> front = pareto_front(points);
  for (std::size_t i = 0; i < owners.size(); ++i) owners[i]->pareto = front[i];
}

std::string results_csv(const Results& results) {
  std::vector<std::string> head{"design"};
  for (const Value& v : results.designs.front().values) head.push_back(v.name);
  head.insert(head.end(), {"pareto", "failed_stage"});
  std::string csv = csv_row(head);
  for (const DesignReport& report : results.designs) {
    std::vector<std::string> row{report.name};
    for (const Value& v : report.values) row.push_back(v.value ? number(v.value).dump() : "");
    row.push_back(report.pareto ? "true" : "false");
    row.push_back(report.failure() != nullptr ? report.failure()->name : "");
    csv += csv_row(row);
  }
  return csv;
}

std::string results_json(const Results& results) {
  Json columns = Json::array();
  if (!results.designs.empty()) {
    for (const Value& v : results.designs.front().values) {
      columns.push_back({{"name", v.name}, {"unit", v.unit}, {"description", v.description}});
    }
  }
  Json designs = Json::array();
  for (const DesignReport& report : results.designs) designs.push_back(design(report));
  Json conditions = Json::object();
  for (const auto& [name, text] : results.conditions) conditions[name] = text;
  Json causes = Json::object();
  for (const sim::CauseText& cause : sim::kCauses) causes[std::string(cause.name)] = cause.description;
  Json all{{"sweep", results.name}, {"command", results.command}, {"experiment", results.experiment},
           {"columns", columns},    {"cycle_causes", causes},     {"designs", designs},
           {"reference", nullptr},  {"conditions", conditions},   {"not_included", results.not_included}};
  if (results.reference) {
    all["reference"] = {{"name", results.reference->name},
                        {"test_accuracy_percent", number(results.reference->test_accuracy_percent)},
                        {"accuracy_by_epoch", results.reference->accuracy_by_epoch},
                        {"stage", stage(results.reference->stage)}};
  }
  return all.dump(2) + "\n";
}

}  // namespace napier::explore

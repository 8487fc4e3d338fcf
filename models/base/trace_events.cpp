#include "models/base/trace_events.hpp"

#include <nlohmann/json.hpp>

namespace napier {

std::string trace_events_json(const std::vector<TraceThread>& threads, const std::vector<TraceSpan>& spans) {
  nlohmann::ordered_json events = nlohmann::ordered_json::array();
  for (const TraceThread& t : threads) {
    events.push_back(
        {{"ph", "M"}, {"pid", 1}, {"tid", t.number}, {"name", "thread_name"}, {"args", {{"name", t.name}}}});
  }
  for (const TraceSpan& s : spans) {
    auto arguments = nlohmann::ordered_json::object();
    for (const auto& [name, value] : s.arguments) arguments[name] = value;
    events.push_back({{"ph", "X"},
                      {"pid", 1},
                      {"tid", s.thread},
                      {"name", s.name},
                      {"ts", s.begin},
                      {"dur", s.duration},
                      {"args", std::move(arguments)}});
  }
  nlohmann::ordered_json file;
  file["displayTimeUnit"] = "ms";
  file["otherData"] = {{"unit", "1 us stands for one cycle"}};
  file["traceEvents"] = std::move(events);
  return file.dump() + "\n";
}

}  // namespace napier

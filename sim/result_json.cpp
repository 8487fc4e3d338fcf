#include "sim/result_json.hpp"

#include <nlohmann/json.hpp>

namespace napier::sim {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Event, component, event, count, unit)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RecordResult, step, layer, pass, m, n, k, cycles, causes, utilisation)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SimResult, cycles, causes, update_causes, records, events, macs,
                                   words_checked, utilisation, seconds)

std::string to_json(const SimResult& result) { return nlohmann::json(result).dump(); }

SimResult result_from_json(const std::string& text) { return nlohmann::json::parse(text).get<SimResult>(); }

}  // namespace napier::sim

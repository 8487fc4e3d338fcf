#include "sim/result_json.hpp"

#include <nlohmann/json.hpp>

namespace napier {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Traffic, level, kind, words, bytes)

}  // namespace napier

namespace napier::sim {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Event, component, event, count, unit)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TileTime, element, record, m_tile, n_tile, begin, issued, end)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RecordResult, step, layer, pass, m, n, k, cycles, causes, utilisation)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SimResult, cycles, causes, update_causes, records, events, tiles,
                                   record_events, macs, words_checked, utilisation, seconds,
                                   processor_seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ElementResult, causes, wait_memory, update_causes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ProductResult, step, layer, pass, m, n, k, cycles, dma, busy, beats,
                                   utilisation)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AcceleratorResult, cycles, dma, banks, gather, elements, products, events,
                                   tiles, record_events, traffic, macs, words_checked, utilisation, seconds)

std::string to_json(const SimResult& result) { return nlohmann::json(result).dump(); }

SimResult result_from_json(const std::string& text) { return nlohmann::json::parse(text).get<SimResult>(); }

std::string to_json(const AcceleratorResult& result) { return nlohmann::json(result).dump(); }

AcceleratorResult accelerator_result_from_json(const std::string& text) {
  return nlohmann::json::parse(text).get<AcceleratorResult>();
}

}  // namespace napier::sim

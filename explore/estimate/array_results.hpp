#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "explore/estimate/estimate_results.hpp"
#include "models/estimate/array_estimate.hpp"

/// What `napier estimate` writes for an accelerator. docs/estimate.md lists the columns.
namespace napier::explore {

std::vector<sim::Statistic> array_statistics(const Design& design, const Workload& workload,
                                             const ArrayEstimate& estimate);

/// One line a layer and pass: least cycles, the engine that needs them, each engine's own, what moves.
std::string array_passes_csv(const Design& design, const Workload& workload, const ArrayEstimate& estimate);

/// One line a product: size, how often, mapping, what is left to the host.
std::string array_products_csv(const Workload& workload, const ArrayEstimate& estimate);

/// Both tables, statistics, resolved design and roofline (bytes of the external memory) in a folder.
void write_array_estimate(const std::filesystem::path& folder, const Design& design, const Workload& workload,
                          const ArrayEstimate& estimate, const EstimateRun& run);

}  // namespace napier::explore

#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "models/estimate/estimate.hpp"
#include "sim/statistics.hpp"

/// What `napier estimate` writes. docs/estimate.md lists the columns.
namespace napier::explore {

/// Totals of a step, with unit and meaning.
std::vector<sim::Statistic> estimate_statistics(const Design& design, const Workload& workload,
                                                const Estimate& estimate);

/// One line a layer and pass: cycles by cause, multiply-accumulates, utilisation, traffic by level, events.
std::string passes_csv(const Design& design, const Workload& workload, const Estimate& estimate);

/// One line a product: its size, how often, and the mapping it runs with.
std::string products_csv(const Workload& workload, const Estimate& estimate);

/// What is left to the host: updates, sums of pieces of K, operators of the model that nobody knows.
std::string host_csv(const Workload& workload, const Estimate& estimate);

/// The tiles' times in the format that Perfetto and chrome://tracing open: a cycle is shown as 1 us.
std::string tiles_json(const Workload& workload, const Estimate& estimate);

/// Bytes that the operand and output channels move in a cycle: the slope of the roof.
double channel_bytes_per_cycle(const Design& design);

struct EstimateRun {
  std::string version, design_file, workload_file;
  double seconds = 0.0;
};

std::string run_json(const EstimateRun& run);

/// All of the above and the resolved design in a folder, roofline last: without gnuplot only it is missing.
void write_estimate(const std::filesystem::path& folder, const Design& design, const Workload& workload,
                    const Estimate& estimate, const EstimateRun& run);

}  // namespace napier::explore

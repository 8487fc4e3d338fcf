#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "models/closed_form/element_cycles.hpp"
#include "models/config/schema.hpp"
#include "models/workload/passes.hpp"

/// How a matrix product of any size runs on a processing element: which operand stays in the lanes, and in
/// which pieces K enters. docs/estimate.md.
namespace napier {

enum class Objective { kCycles, kTraffic };

/// kA: as docs/formats/workload.md has it, the m x k operand. kB: the n x k operand; the result leaves
/// transposed.
enum class Stationary { kA, kB };

struct ProductMapping {
  Stationary stationary = Stationary::kA;
  std::int64_t k_tiles = 1;  ///< vectors of K a job takes; the sums of several jobs are added by the host
  friend bool operator==(const ProductMapping&, const ProductMapping&) = default;
};

/// Operands that may stay: not `b` where the product has biases or row scales, which belong to rows of `a`.
std::vector<Stationary> legal_stationary(const Design& design, const LayerProduct& product);

/// The jobs of one of the product's `count`. Products of more tiles than a job word counts are cut along m
/// and n as well. InputError as element_job, and where the mapping is not legal.
std::vector<ElementStep> mapped_jobs(const Design& design, const LayerProduct& product,
                                     const ProductMapping& mapping, const std::string& place);

/// Bits that cross the element's channels for some events.
std::int64_t traffic_bits(const Design& design, const ElementEvents& events);

/// The best mapping by the objective; by the other one among equals. Every operand that may stay and every
/// size of the pieces of K is looked at, but for those whose lower bound (issues, latencies and drains, which
/// grow with the number of pieces) is worse than what has been found.
ProductMapping best_mapping(const Design& design, const LayerProduct& product, Objective objective,
                            const std::string& place);

/// A mapping that the user gives for a layer's pass, by names.
struct GivenMapping {
  std::string layer, part;
  TrainingPass pass = TrainingPass::kForward;
  ProductMapping mapping;
};
struct MappingFile {
  std::vector<GivenMapping> mappings;
};
const config::Schema<MappingFile>& mapping_schema();
MappingFile read_mapping(const std::filesystem::path& file);
std::string mapping_yaml(const MappingFile& file);

}  // namespace napier

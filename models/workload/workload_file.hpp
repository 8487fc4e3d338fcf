#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "models/config/schema.hpp"
#include "models/workload/workload.hpp"

/// Workloads from files. docs/formats/workload.md.
namespace napier {

/// Every key of a workload file in YAML, declared once.
const config::Schema<Workload>& workload_schema();

/// From YAML text; `source` stands for the file name in messages. InputError names file, line, column, key
/// and remedy.
Workload parse_workload(std::string_view text, const std::string& source);

/// What only models from other programs need.
struct ModelOptions {
  std::map<std::string, std::int64_t> sizes;  ///< of dimensions that the model leaves open, by name
  bool unknown_on_host = false;  ///< operators that Napier does not know count as host work and are listed
};

/// Reads a workload by the ending of its file: .yaml and .yml, .onnx (an ONNX graph with its shapes), .csv
/// (SCALE-Sim topologies, of matrix products or of convolutions, told apart by their heading).
/// InputError names the file, the line or node, and the remedy.
Workload read_workload(const std::filesystem::path& file, const ModelOptions& options = {});

/// The readers behind read_workload.
Workload read_onnx_workload(const std::filesystem::path& file, const ModelOptions& options);
Workload read_scale_sim(const std::filesystem::path& file);

/// Throws InputError, which names `place`, for a workload without layers, or two layers of one name.
void check_names(const Workload& workload, const std::string& place);

}  // namespace napier

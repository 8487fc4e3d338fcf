#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "rtl-gen/emitted_file.hpp"

/// The Verilator driver. Where Verilator or the compiler refuses the generated text, that is an
/// InternalError.
namespace napier::rtl {

/// Throws ToolError, naming the Debian package, where Verilator, make or the compiler is missing or Verilator
/// is older than 5.006. `scratch` is a folder to write to.
void check_verilator(const std::filesystem::path& scratch);

/// Lints the design's Verilog, from module `top` down, as it is meant to be clean: -Wall, no waivers. `root`
/// holds the files under their paths.
void lint_with_verilator(const std::filesystem::path& root, const std::vector<EmittedFile>& design,
                         const std::string& top, const std::filesystem::path& log);

/// A model built, or found built.
struct BuiltModel {
  std::filesystem::path program;
  bool reused = false;
};

/// Whether a model is built to run long, or, for a few thousand cycles of a small design, to be built soon.
/// kFlatModel: the fastest model, as one block; its build takes longer the more lanes there are.
/// kCoverage: as kFastBuild, and counts how often each line runs and each bit toggles.
enum class ModelBuild { kFastModel, kFlatModel, kFastBuild, kCoverage };

/// Verilates design and harness to plain C++ and compiles them, in root/build/HASH. The hash covers every
/// byte that goes in, so a model that is already there is used as it is.
BuiltModel build_model(const std::filesystem::path& root, const std::vector<EmittedFile>& design,
                       const std::vector<EmittedFile>& harness, const std::filesystem::path& log,
                       ModelBuild build = ModelBuild::kFastModel);

}  // namespace napier::rtl

#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/trace/reference.hpp"
#include "models/trace/trace.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/models/synthetic_log.hpp"
#include "tests/support/child_program.hpp"
#include "tests/support/listing.hpp"

namespace napier::cli {

/// A folder with a small design (d.yaml) and a small experiment on it (e.yaml), in which the napier program
/// of this build runs.
class Workplace {
 public:
  Workplace() {
    design = test::small_lns();
    write_file(folder_ / "d.yaml", resolved_yaml(design));
    write_file(folder_ / "e.yaml",
               "design: d.yaml\nbatch: 25\nepochs: 2\ndataset:\n  train_samples: 1000\n  test_samples: 100\n"
               "network:\n  layers: [784, 16, 10]\ntrace:\n  steps: [0, 60]\n  layers: [1]\n");
  }

  /// Adds t.h5: random operands, one product a shape, on the design.
  void add_trace(std::span<const Shape> shapes) {
    write_trace(random_trace(design, shapes, 4), folder_ / "t.h5");
  }

  test::Ending run(std::vector<std::string> arguments, test::Circumstances how = {}) const {
    arguments.insert(arguments.begin(), NAPIER_BINARY);
    how.folder = folder_.path();
    return test::run_program(arguments, how);
  }

  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  /// All files here, or below a folder here.
  test::Listing files(const std::string& below = ".") const { return test::listing(folder_ / below); }

  /// As files(), without what may differ from run to run.
  test::Listing results(const std::string& below) const {
    test::Listing found = files(below);
    found.erase("run.json");
    return found;
  }

  Design design;

 private:
  test::TemporaryFolder folder_;
};

}  // namespace napier::cli

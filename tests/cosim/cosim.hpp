#pragma once
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/stimulus/stimulus.hpp"
#include "models/trace/reference.hpp"
#include "rtl-gen/emit_design.hpp"
#include "rtl-gen/flow.hpp"
#include "rtl-gen/testbench.hpp"
#include "tests/rtl-gen/designs.hpp"

/// What the co-simulation tests share.
namespace napier::explore::test {

/// A folder of this process, removed at the end.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("napier_cosim_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A design of rtl::test::spread by its name.
inline Design spread_design(const std::string& name) {
  for (const Design& d : rtl::test::spread()) {
    if (d.name == name) return d;
  }
  throw InternalError("no test design '" + name + "'");
}

/// Shapes that fill, overfill and underfill the tiles of a small design.
inline Trace small_trace(const Design& design) {
  const int v = design.datapath.vector;
  const std::array<Shape, 4> shapes = {Shape{1, 1, 1}, Shape{9, 5, 3 * v},
                                       Shape{design.datapath.lanes, 17, 2 * v + 1}, Shape{7, 3, v}};
  return random_trace(design, shapes, 1);
}

/// Writes what `napier rtl --trace` writes.
inline void write_rtl(const Design& design, const Trace& trace, const std::filesystem::path& folder) {
  std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
  for (const auto& more :
       {rtl::emit_flow(design, files), rtl::emit_testbench(design, make_stimulus(trace))}) {
    files.insert(files.end(), more.begin(), more.end());
  }
  for (const rtl::EmittedFile& file : files) write_file(folder / file.path, file.text);
}

}  // namespace napier::explore::test

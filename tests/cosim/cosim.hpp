#pragma once
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
#include "tests/support/temporary_folder.hpp"

/// What the co-simulation tests share.
namespace napier::explore::test {

using Folder = napier::test::TemporaryFolder;

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

#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "models/base/process.hpp"
#include "rtl-gen/emit_design.hpp"
#include "tests/cosim/cosim.hpp"

namespace napier::explore::test {

/// Runs the module `bench` with the design's Verilog under Icarus; the numbers that it prints. `vectors` is
/// what the bench finds in vectors.hex.
inline std::vector<std::int64_t> run_bench(const Design& design, const std::string& bench,
                                           const std::string& vectors = "") {
  Folder folder;
  std::vector<std::string> command = {"iverilog", "-g2012", "-s", "bench", "-o", "bench.vvp", "bench.sv"};
  for (const rtl::EmittedFile& file : rtl::emit_design(design)) {
    write_file(folder.path() / file.path, file.text);
    command.push_back(file.path.string());
  }
  write_file(folder.path() / "bench.sv", bench);
  write_file(folder.path() / "vectors.hex", vectors);
  run_tool(command, folder.path(), folder.path() / "compile.log");
  run_tool({"vvp", "-n", "bench.vvp"}, folder.path(), folder.path() / "out.log");
  std::ifstream in(folder.path() / "out.log");
  std::vector<std::int64_t> numbers;
  for (std::int64_t x = 0; in >> x;) numbers.push_back(x);
  EXPECT_TRUE(in.eof()) << "the bench printed something that is no number";
  return numbers;
}

}  // namespace napier::explore::test

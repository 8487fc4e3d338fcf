// napier dump: what Napier keeps, as plain arrays for other programs.
#include <iostream>

#include "cli/commands.hpp"
#include "models/interop/array_file.hpp"
#include "models/interop/trace_arrays.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::filesystem::path input, output;
};

void run(const Options& options) {
  check_array_file_name(options.output, false);
  const std::vector<Array> arrays = trace_arrays(read_trace(options.input));
  write_arrays(options.output, arrays);
  std::cout << "Wrote " << arrays.size() << " arrays to " << options.output.string() << ".\n";
}

}  // namespace

void add_dump(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("dump", "Write a trace's operands, accumulators and outputs as arrays");
  const auto options = std::make_shared<Options>();
  command->add_option("TRACE", options->input, "Golden trace")->required();
  command->add_option("-o,--output", options->output, "Arrays: .npz or .h5")->required();
  command->footer("Example: napier dump runs/tiny.h5 -o runs/tiny.npz");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli

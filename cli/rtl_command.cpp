// napier rtl: the Verilog of a design.
#include <iostream>

#include "cli/commands.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/stimulus/stimulus.hpp"
#include "models/trace/trace.hpp"
#include "models/trace/trace_check.hpp"
#include "rtl-gen/emit_design.hpp"
#include "rtl-gen/flow.hpp"
#include "rtl-gen/testbench.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string design;
  std::filesystem::path output, trace;
};

void append(std::vector<rtl::EmittedFile>& files, std::vector<rtl::EmittedFile> more) {
  std::move(more.begin(), more.end(), std::back_inserter(files));
}

void run(const Options& options) {
  const Design design = read_design(options.design);
  std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
  append(files, rtl::emit_flow(design, files));
  if (!options.trace.empty()) {
    const Trace trace = read_trace(options.trace);
    check_trace_design(trace, design);
    append(files, rtl::emit_testbench(design, make_stimulus(trace)));
  }
  open_output_folder(options.output, "rtl");
  for (const rtl::EmittedFile& file : files) write_file(options.output / file.path, file.text);
  std::cout << "Wrote " << files.size() << " files of design '" << design.name << "' to "
            << options.output.string() << ".\n";
}

}  // namespace

void add_rtl(CLI::App& app) {
  CLI::App* command = app.add_subcommand("rtl", "Generate the Verilog of a design's processing element");
  const auto options = std::make_shared<Options>();
  command->add_option("DESIGN", options->design, "Design description (YAML)")->required();
  command->add_option("-o,--output", options->output, "Output folder")->required();
  command->add_option("--trace", options->trace,
                      "Golden trace (HDF5) of the design: adds a self-checking testbench and its vectors");
  command->footer("Example: napier rtl configs/designs/lns8_paper_tiny.yaml -o runs/rtl");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli

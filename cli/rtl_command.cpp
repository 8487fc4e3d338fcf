// napier rtl: the Verilog of a design.
#include <iostream>

#include "cli/commands.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "rtl-gen/emit_design.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string design;
  std::filesystem::path output;
};

void run(const Options& options) {
  const Design design = read_design(options.design);
  const std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
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
  command->footer("Example: napier rtl configs/designs/lns8_paper_tiny.yaml -o runs/rtl");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli

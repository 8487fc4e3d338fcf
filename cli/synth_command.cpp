// napier synth: area, timing and energy of a design's own Verilog.
#include <algorithm>
#include <iostream>
#include <optional>

#include "cli/commands.hpp"
#include "cost/synth.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/trace/trace_check.hpp"
#include "rtl-gen/emit_design.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string design, technology, trace;
  std::filesystem::path output;
  std::vector<std::filesystem::path> replacements;
};

/// The design's Verilog, with files of the same name in place of emitted ones.
std::vector<rtl::EmittedFile> verilog_of(const Design& design,
                                         const std::vector<std::filesystem::path>& replacements) {
  std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
  for (const std::filesystem::path& replacement : replacements) {
    const auto same = std::find_if(files.begin(), files.end(), [&](const rtl::EmittedFile& file) {
      return file.path.filename() == replacement.filename();
    });
    if (same == files.end()) {
      throw InputError("--replace " + replacement.string() + ": design '" + design.name +
                       "' has no Verilog file of that name; 'napier rtl' writes those that it has");
    }
    same->text = read_file(replacement);
  }
  return files;
}

void run(const Options& options) {
  const Design design = read_design(options.design);
  require_hardware(design);
  require_bare_element(design, "napier synth");
  const cost::Technology technology =
      options.technology.empty() ? cost::default_technology() : cost::read_technology(options.technology);
  std::optional<Trace> trace;
  if (!options.trace.empty()) {
    trace = read_trace(options.trace);
    check_trace_design(*trace, design);
  }
  const std::vector<rtl::EmittedFile> files = verilog_of(design, options.replacements);
  open_output_folder(options.output, "synth");
  std::vector<std::filesystem::path> verilog;
  for (const rtl::EmittedFile& file : files) {
    if (file.path.extension() != ".sv") continue;
    verilog.push_back(options.output / file.path);
    write_file(verilog.back(), file.text);
  }
  const cost::SynthReport report =
      cost::run_synth(design, technology, trace ? &*trace : nullptr, verilog, options.output,
                      {[](const std::string& line) { std::cerr << "synth: " << line << '\n'; }});
  std::cout << cost::report_text(report) << "\nReport: " << (options.output / "synth.txt").string()
            << ", synth.csv, synth.json\n";
}

}  // namespace

void add_synth(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "synth", "Area by unit, critical path and energy per multiply-accumulate of a design's own Verilog");
  const auto options = std::make_shared<Options>();
  command->add_option("DESIGN", options->design, "Design description (YAML)")->required();
  command->add_option("--technology", options->technology,
                      "Technology file (YAML); default: OSU 0.18 um, Debian's qflow-tech-osu018");
  command->add_option(
      "--trace", options->trace,
      "Trace of this design (HDF5), whose operands drive the gates; without it there is no energy");
  command
      ->add_option("--replace", options->replacements,
                   "Verilog file to cost in place of the emitted one of the same name, ports as there; may "
                   "be repeated")
      ->allow_extra_args(false);
  command->add_option("-o,--output", options->output, "Output folder")->required();
  command->footer("Example: napier synth configs/designs/lns8_paper_tiny.yaml -o runs/synth");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli

// napier trace: what is in a golden trace.
#include <iomanip>
#include <iostream>

#include "cli/commands.hpp"
#include "models/trace/record_check.hpp"
#include "models/trace/trace.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string file;
  bool design = false;
};

void print_gemms(std::ostream& out, const std::vector<GemmRecord>& records) {
  out << "\nMatrix products\n  no    step  layer  pass                 m       n       k  with\n";
  for (std::size_t i = 0; i < records.size(); ++i) {
    const GemmRecord& r = records[i];
    out << std::setw(4) << i << std::setw(8) << r.step << std::setw(7) << r.layer << "  " << std::left
        << std::setw(15) << pass_name(r.pass) << std::right << std::setw(7) << r.m << ' ' << std::setw(7)
        << r.n << ' ' << std::setw(7) << r.k << ' ';
    if (!r.bias.empty()) out << " bias";
    if (!r.mask.empty()) out << " mask";
    if (r.post.relu) out << " relu";
    if (r.raw) out << " raw";
    if (r.saturations > 0) out << " saturations:" << r.saturations;
    out << '\n';
  }
}

void print_updates(std::ostream& out, const std::vector<UpdateRecord>& records) {
  out << "\nWeight updates\n  no    step  layer  weights\n";
  for (std::size_t i = 0; i < records.size(); ++i) {
    const UpdateRecord& r = records[i];
    out << std::setw(4) << i << std::setw(8) << r.step << std::setw(7) << r.layer << std::setw(9)
        << r.before.size() << '\n';
  }
}

void run(const Options& options) {
  const Trace trace = read_trace(options.file);
  if (options.design) {
    std::cout << trace.design_text;
    return;
  }
  std::cout << "trace       " << options.file << ", whole and unaltered\n"
            << "design      " << trace.design.name << ", sha256 " << trace.design_digest << '\n'
            << "network     " << trace.network << '\n'
            << "experiment  " << trace.experiment << '\n';
  if (!trace.gemms.empty()) print_gemms(std::cout, trace.gemms);
  if (!trace.updates.empty()) print_updates(std::cout, trace.updates);
}

}  // namespace

void add_trace(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("trace", "Check a golden trace and show its design, network and records");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "Trace written by 'napier train ... --trace FILE'")->required();
  command->add_flag("--design", options->design, "Print the design the trace was made with, as YAML");
  command->footer("Example: napier trace runs/tiny/trace.h5");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli

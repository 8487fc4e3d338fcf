// napier convert: real numbers to a design's operand words, and back.
#include <iomanip>
#include <iostream>

#include "cli/commands.hpp"
#include "models/base/error.hpp"
#include "models/design/design_file.hpp"
#include "models/interop/array_file.hpp"
#include "models/interop/convert.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::filesystem::path input, output;
  std::string design;
  std::optional<int> scale;
  std::string to = "words";
};

void print(const Conversion& conversion, bool words) {
  std::cout << std::left << std::setw(24) << "array" << std::setw(16) << "shape" << std::right << std::setw(8)
            << "scale";
  if (words) {
    std::cout << std::setw(12) << "saturated" << std::setw(12) << "underflowed" << std::setw(18)
              << "largest error, %";
  }
  std::cout << '\n';
  for (const ConversionReport& r : conversion.reports) {
    std::cout << std::left << std::setw(24) << r.name << std::setw(16) << shape_text(r.shape) << std::right
              << std::setw(8) << r.scale;
    if (words) {
      std::cout << std::setw(12) << r.saturated << std::setw(12) << r.underflowed << std::setw(18)
                << std::fixed << std::setprecision(3) << 100 * r.largest_error;
    }
    std::cout << '\n';
  }
}

/// A file of one array has no place for the scale, which is printed.
void leave_out_scale(const std::filesystem::path& output, std::vector<Array>& arrays) {
  const std::string ending = output.extension().string();
  const bool single = ending == ".npy" || ending == ".csv" || ending == ".txt";
  if (single && arrays.size() == 2) arrays.pop_back();
}

void run(const Options& options) {
  check_array_file_name(options.input, true);
  check_array_file_name(options.output, false);
  const Design design = read_design(options.design);
  const std::vector<Array> arrays = read_arrays(options.input);
  const std::string source = "'" + options.input.string() + "'";
  const bool words = options.to == "words";
  Conversion conversion = words ? to_words(design, arrays, options.scale, source)
                                : to_values(design, arrays, options.scale, source);
  if (words) leave_out_scale(options.output, conversion.arrays);
  write_arrays(options.output, conversion.arrays);
  print(conversion, words);
}

}  // namespace

void add_convert(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("convert", "Convert between real numbers and the operand words of a design");
  const auto options = std::make_shared<Options>();
  command->add_option("INPUT", options->input, "Arrays: .npy, .npz, .csv or .txt")->required();
  command->add_option("-o,--output", options->output, "Arrays: .npy, .npz, .h5, .csv or .txt")->required();
  command->add_option("--design", options->design, "Design description (YAML) whose format is meant")
      ->required();
  command->add_option("--to", options->to, "words (default), or values: real numbers")
      ->check(CLI::IsMember({"words", "values"}));
  command->add_option(
      "--scale", options->scale,
      "Scale exponent k of all arrays (default: the smallest that does not saturate, array by "
      "array; with --to values, the one stored beside the words; 0 for bf16, mxfp8, mxfp4)");
  command->footer(
      "Example: napier convert docs/examples/values.csv --design configs/designs/lns8_paper_tiny.yaml "
      "-o runs/values.npz");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli

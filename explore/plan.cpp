#include "explore/plan.hpp"

#include "cost/technology.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
namespace {

Stage make_stage(const PointFolder& point, const std::string& verb, const std::string& program,
                 std::vector<std::string> arguments, std::vector<fs::path> inputs,
                 const std::vector<std::string>& results) {
  Stage stage{verb, {program, verb}, point.stage(verb), std::move(inputs), {}};
  for (std::string& argument : arguments) stage.arguments.push_back(std::move(argument));
  stage.arguments.insert(stage.arguments.end(), {"-o", stage.folder.string()});
  for (const std::string& file : results) stage.outputs.push_back(stage.folder / file);
  return stage;
}

Stage train(const LoadedSweep& loaded, const Point& point, const PointFolder& folder,
            const std::string& program) {
  const fs::path& experiment = loaded.sweep.experiment;
  std::vector<fs::path> inputs{experiment, point.file};
  inputs.insert(inputs.end(), loaded.dataset.begin(), loaded.dataset.end());
  return make_stage(folder, "train", program, {experiment.string(), "--design", point.file.string()},
                    std::move(inputs), {"stats.json", "epochs.csv"});
}

}  // namespace

Plan plan_point(const LoadedSweep& loaded, const Point& point, const fs::path& folder,
                const fs::path& program) {
  const Sweep& sweep = loaded.sweep;
  const PointFolder files(folder, point.design.name);
  const std::string design = point.file.string();
  const std::string trace = files.trace().string();

  Stage trained = train(loaded, point, files, program);
  trained.arguments.insert(trained.arguments.end(), {"--trace", trace});
  trained.outputs.push_back(files.trace());

  std::vector<std::string> synth_arguments{design, "--trace", trace};
  std::vector<fs::path> synth_inputs{point.file, files.trace()};
  const cost::Technology technology =
      sweep.technology.empty() ? cost::default_technology() : cost::read_technology(sweep.technology);
  synth_inputs.push_back(technology.liberty);
  if (!technology.cell_models.empty()) synth_inputs.push_back(technology.cell_models);
  if (!sweep.technology.empty()) {
    synth_arguments.insert(synth_arguments.end(), {"--technology", sweep.technology.string()});
    synth_inputs.push_back(sweep.technology);
  }

  return {point.design.name,
          {std::move(trained),
           make_stage(files, "sim", program, {design, "--trace", trace}, {point.file, files.trace()},
                      {"stats.json"}),
           make_stage(files, "verify", program, {design, "--trace", trace}, {point.file, files.trace()},
                      {"verify.json"}),
           make_stage(files, "synth", program, synth_arguments, synth_inputs, {"synth.json"})}};
}

Plan plan_reference(const LoadedSweep& loaded, const Point& point, const fs::path& folder,
                    const fs::path& program) {
  return {point.design.name, {train(loaded, point, PointFolder(folder, point.design.name), program)}};
}

}  // namespace napier::explore

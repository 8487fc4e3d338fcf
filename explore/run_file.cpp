#include "explore/run_file.hpp"

#include <ctime>
#include <nlohmann/json.hpp>

#include "models/base/files.hpp"

namespace napier::explore {
using Json = nlohmann::ordered_json;
namespace {

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace

RunFile::RunFile(std::string version, int jobs, std::string subject)
    : version_(std::move(version)), jobs_(jobs), subject_(std::move(subject)), started_(now()) {}

void RunFile::write(const std::filesystem::path& folder, const std::vector<Plan>& plans,
                    const std::vector<PlanOutcome>& outcomes) const {
  Json stages = Json::array();
  for (std::size_t i = 0; i < plans.size(); ++i) {
    for (std::size_t k = 0; k < outcomes[i].stages.size(); ++k) {
      const StageOutcome& outcome = outcomes[i].stages[k];
      stages.push_back({{subject_, plans[i].name},
                        {"stage", plans[i].stages[k].name},
                        {"exit_code", outcome.exit_code},
                        {"done_before", outcome.reused},
                        {"wall_seconds", outcome.seconds}});
    }
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
  const Json json{{"napier", version_},
                  {"started", started_},
                  {"wall_seconds", seconds.count()},
                  {"jobs", jobs_},
                  {"stages", stages}};
  write_file(folder / "run.json", json.dump(2) + "\n");
}

}  // namespace napier::explore

#include "explore/stage.hpp"

#include <chrono>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
namespace {

fs::path beside(const fs::path& folder, const std::string& suffix) {
  return folder.parent_path() / (folder.filename().string() + suffix);
}

fs::path record_of(const fs::path& folder) { return beside(folder, ".stage.json"); }

std::string file_digest(const fs::path& file) { return sha256(read_file(file)); }

std::string without(std::string text, const std::string& root) {
  for (std::size_t at = text.find(root); !root.empty() && at != std::string::npos; at = text.find(root, at)) {
    text.replace(at, root.size(), "$OUT");
    at += 4;
  }
  return text;
}

/// What is remembered of a stage's last run. A damaged record counts as none: the stage runs again.
Json read_record(const fs::path& file) {
  if (!fs::exists(file)) return Json::object();
  const Json record = Json::parse(read_file(file), nullptr, false);
  return record.is_object() ? record : Json::object();
}

bool outputs_untouched(const Stage& stage, const Json& record) {
  const Json digests = record.value("outputs", Json::object());
  for (const fs::path& output : stage.outputs) {
    if (!fs::is_regular_file(output)) return false;
    if (digests.value(output.filename().string(), "") != file_digest(output)) return false;
  }
  return true;
}

/// What Napier says when it gives up, which is the end of the log; else the log's last line.
std::string reason(const fs::path& log) {
  std::ifstream in(log);
  std::string last;
  std::string message;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("napier: ")) {
      message = line.substr(8);
    } else if (!message.empty()) {
      message += "\n" + line;
    }
    if (!line.empty()) last = line;
  }
  return message.empty() ? last : message;
}

StageOutcome reused_outcome() {
  StageOutcome outcome;
  outcome.reused = true;
  return outcome;
}

void remove_earlier_run(const Stage& stage) {
  std::error_code error;
  fs::remove_all(stage.folder, error);
  for (const fs::path& output : stage.outputs) fs::remove(output, error);
  fs::remove(stage_log(stage), error);
}

}  // namespace

fs::path stage_log(const Stage& stage) { return beside(stage.folder, ".log"); }

std::string input_digest(const Stage& stage, const fs::path& root) {
  std::string text = file_digest(stage.arguments.at(0)) + "\n";
  for (std::size_t i = 1; i < stage.arguments.size(); ++i) {
    const std::string& argument = stage.arguments[i];
    bool is_input = false;
    for (const fs::path& input : stage.inputs) is_input = is_input || input.string() == argument;
    text += (is_input ? "input" : without(argument, root.string())) + "\n";
  }
  for (const fs::path& input : stage.inputs) text += file_digest(input) + "\n";
  return sha256(text);
}

StageRecord read_stage_record(const fs::path& folder) {
  const Json record = read_record(record_of(folder));
  return {record.value("state", ""), record.value("exit_code", 0), record.value("message", "")};
}

void record_failure(const fs::path& folder, int exit_code, const std::string& message) {
  Json record = read_record(record_of(folder));
  record["state"] = "failed";
  record["exit_code"] = exit_code;
  record["message"] = message;
  write_file(record_of(folder), record.dump(2) + "\n");
}

StageOutcome run_stage(const Stage& stage, const fs::path& root, std::span<const Stage> later) {
  const fs::path record_file = record_of(stage.folder);
  const std::string digest = input_digest(stage, root);
  const Json earlier = read_record(record_file);
  const bool same_inputs = earlier.value("inputs", "") == digest;
  const std::string state = earlier.value("state", "");
  if (same_inputs && state == "finished" && outputs_untouched(stage, earlier)) return reused_outcome();
  const bool continues = same_inputs && state == "running";
  if (!continues) remove_earlier_run(stage);

  for (const Stage& other : later) fs::remove(record_of(other.folder));
  Json record{{"stage", stage.name}, {"inputs", digest}, {"state", "running"}};
  write_file(record_file, record.dump(2) + "\n");
  StageOutcome outcome;
  const auto start = std::chrono::steady_clock::now();
  try {
    std::vector<std::string> arguments = stage.arguments;
    arguments.insert(arguments.end(), stage.haste.begin(), stage.haste.end());
    outcome.exit_code = run_process(arguments, fs::current_path(), stage_log(stage));
    if (outcome.exit_code != 0) outcome.message = reason(stage_log(stage));
  } catch (const ToolError& error) {
    outcome.exit_code = static_cast<int>(error.code());
    outcome.message = error.what();
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (outcome.exit_code == static_cast<int>(ExitCode::kInterrupted)) {
    throw Interrupted("interrupted in stage '" + stage.name + "'; the same command continues from here");
  }

  Json digests = Json::object();
  for (const fs::path& output : stage.outputs) {
    if (outcome.exit_code != 0) break;
    if (!fs::is_regular_file(output)) {
      outcome.exit_code = static_cast<int>(ExitCode::kInternal);
      outcome.message =
          "stage '" + stage.name + "' ended well but left no '" + output.filename().string() + "'";
      break;
    }
    digests[output.filename().string()] = file_digest(output);
  }
  record["state"] = outcome.exit_code == 0 ? "finished" : "failed";
  record["exit_code"] = outcome.exit_code;
  record["message"] = outcome.message;
  record["outputs"] = digests;
  write_file(record_file, record.dump(2) + "\n");
  return outcome;
}

}  // namespace napier::explore

#include "explore/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <ostream>

namespace napier::explore {
namespace {

std::string duration(double seconds) {
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

/// The last line that a running stage has written: its own progress.
std::string last_line(const std::filesystem::path& log) {
  std::ifstream in(log, std::ios::binary | std::ios::ate);
  if (!in) return "";
  const auto size = static_cast<std::streamoff>(in.tellg());
  in.seekg(std::max<std::streamoff>(0, size - 1000));
  std::string last;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 100;
}

}  // namespace

Progress::Progress(std::ostream& out, bool terminal, std::size_t total)
    : out_(out), terminal_(terminal), left_(total), total_(total) {}

std::string Progress::summary() const {
  std::string text = std::to_string(total_ - left_) + " of " + std::to_string(total_) + " stages";
  if (ran_ > 0 && left_ > 0) {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    text += ", about " + duration(elapsed.count() / static_cast<double>(ran_) * static_cast<double>(left_)) +
            " left";
  }
  return text;
}

void Progress::say(const std::string& line) {
  if (terminal_) out_ << "\r\033[K";
  out_ << line << std::endl;
}

void Progress::begin(const std::string& plan, const Stage& stage) {
  const std::lock_guard lock(mutex_);
  active_[plan + ": " + stage.name] = stage_log(stage);
  if (!terminal_) say(plan + ": " + stage.name + " ...");
}

void Progress::end(const std::string& plan, const Stage& stage, const StageOutcome& outcome) {
  const std::lock_guard lock(mutex_);
  active_.erase(plan + ": " + stage.name);
  --left_;
  if (!outcome.reused) ++ran_;
  std::string line = plan + ": " + stage.name;
  if (outcome.reused) {
    line += " was done before";
  } else if (outcome.exit_code == 0) {
    line += " done in " + duration(outcome.seconds);
  } else {
    line += " FAILED (exit code " + std::to_string(outcome.exit_code) +
            "): " + outcome.message.substr(0, outcome.message.find('\n'));
  }
  say(line + "  [" + summary() + "]");
}

void Progress::drop(std::size_t stages) {
  const std::lock_guard lock(mutex_);
  left_ -= stages;
  total_ -= stages;
}

void Progress::draw() {
  const std::lock_guard lock(mutex_);
  if (!terminal_) return;
  std::string line = summary();
  for (const auto& [name, log] : active_) line += " | " + name + " " + last_line(log);
  const std::size_t columns = terminal_columns();
  if (line.size() >= columns) line.resize(columns - 1);
  out_ << "\r\033[K" << line << std::flush;
}

}  // namespace napier::explore

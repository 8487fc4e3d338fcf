#include "models/base/progress.hpp"

#include <cstdio>

namespace napier {

Progress::Progress(std::ostream& out, bool terminal, std::string unit, std::int64_t total, std::int64_t done)
    : out_(out), terminal_(terminal), unit_(std::move(unit)), total_(total), start_done_(done) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (width_ > 0) out_ << '\r' << std::string(width_, ' ') << '\r' << std::flush;
  width_ = 0;
}

void Progress::at(std::int64_t done, const std::string& note) {
  const auto now = Clock::now();
  if (!terminal_ || now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(done - start_done_) / (seconds > 0 ? seconds : 1);
  const double left = rate > 0 ? static_cast<double>(total_ - done) / rate : 0;
  char text[160];
  std::snprintf(text, sizeof text, "%lld/%lld %s, %.1f/s, %.0f s left", static_cast<long long>(done),
                static_cast<long long>(total_), unit_.c_str(), rate, left);
  std::string line = text;
  if (!note.empty()) line += "; " + note;
  clear();
  out_ << line << std::flush;
  width_ = line.size();
}

void Progress::say(const std::string& line) {
  clear();
  out_ << line << std::endl;
}

}  // namespace napier

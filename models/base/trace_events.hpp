#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// The Trace Event Format of Chrome, which Perfetto and chrome://tracing open.
namespace napier {

/// A line of the picture.
struct TraceThread {
  int number;
  std::string name;
};

/// A bar on such a line: `duration` cycles from cycle `begin` on.
struct TraceSpan {
  int thread;
  std::string name;
  std::int64_t begin, duration;
  std::vector<std::pair<std::string, std::int64_t>> arguments;
};

/// The file's text. A cycle is shown as 1 us.
std::string trace_events_json(const std::vector<TraceThread>& threads, const std::vector<TraceSpan>& spans);

}  // namespace napier

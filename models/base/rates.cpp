#include "models/base/rates.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "models/base/interrupt.hpp"

namespace napier {
namespace {

double now(Rates::Clock clock) {
  if (clock == Rates::Clock::kWall) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

void Rates::add(const std::string& name, double work, std::function<void()> body) {
  loops_.push_back({name, work, std::move(body)});
}

void Rates::measure(Clock clock, double seconds, int rounds) {
  for (const Loop& loop : loops_) loop.body();  // caches and scratch memory
  for (int round = 0; round < rounds; ++round) {
    for (const Loop& loop : loops_) {
      check_interrupt();
      // Single calls are timed: one that is not disturbed suffices.
      for (const double start = now(clock); now(clock) - start < seconds;) {
        const double before = now(clock);
        loop.body();
        const double rate = loop.work / (now(clock) - before);
        rates_[loop.name] = std::max(rates_[loop.name], rate);
      }
    }
  }
}

}  // namespace napier

#include "models/base/interrupt.hpp"

#include <atomic>
#include <csignal>

#include "models/base/error.hpp"

namespace napier {
namespace {

volatile std::sig_atomic_t stop_asked = 0;
std::atomic<int> holds = 0;

void on_signal(int number) {
  stop_asked = 1;
  std::signal(number, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return stop_asked != 0; }

void check_interrupt() {
  if (interrupted() && holds == 0) throw Interrupted("interrupted; the same command continues from here");
}

HoldInterrupt::HoldInterrupt() { ++holds; }
HoldInterrupt::~HoldInterrupt() { --holds; }

}  // namespace napier

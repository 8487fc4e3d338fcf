#pragma once

namespace napier {

/// Makes Ctrl-C (SIGINT) and SIGTERM set a flag instead of ending the program, so that work in progress can
/// be left in a state that the same command continues from. A second Ctrl-C ends the program at once.
void catch_interrupts();

/// True once the user asked to stop.
bool interrupted();

/// Throws Interrupted once the user asked to stop, unless a HoldInterrupt is alive.
void check_interrupt();

/// Keeps check_interrupt() from throwing while the state to continue from is being saved.
class HoldInterrupt {
 public:
  HoldInterrupt();
  ~HoldInterrupt();
  HoldInterrupt(const HoldInterrupt&) = delete;
  HoldInterrupt& operator=(const HoldInterrupt&) = delete;
};

}  // namespace napier

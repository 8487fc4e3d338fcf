#pragma once

namespace napier {

/// Makes Ctrl-C (SIGINT) and SIGTERM set a flag instead of ending the program, so that work in progress can
/// be left in a state that the same command continues from. A second Ctrl-C ends the program at once.
void catch_interrupts();

/// True once the user asked to stop.
bool interrupted();

/// Throws Interrupted once the user asked to stop.
void check_interrupt();

}  // namespace napier

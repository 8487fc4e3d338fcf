#include "sim/elaboration.hpp"

#include <string>
#include <systemc>

#include "models/base/error.hpp"

namespace napier::sim {

void begin_elaboration() {
  static bool elaborated = false;
  if (elaborated) {
    throw InternalError(
        "simulate() was called twice in one process; SystemC allows one, use simulate_in_child()");
  }
  elaborated = true;
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);  // "stopped by user"
}

void check_stall_percent(unsigned percent) {
  if (percent > 99) {
    throw InputError("stalls of " + std::to_string(percent) +
                     " % would hold the host back for ever; use 0 to 99");
  }
}

}  // namespace napier::sim

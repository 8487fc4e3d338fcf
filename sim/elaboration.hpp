#pragma once

/// What every simulation of this process shares.
namespace napier::sim {

/// SystemC cannot take its modules down and build others within one process: throws InternalError the second
/// time.
void begin_elaboration();

/// Throws InputError for 100 % and more, which would hold the host back for ever.
void check_stall_percent(unsigned percent);

}  // namespace napier::sim

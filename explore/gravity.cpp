#include "explore/gravity.hpp"

namespace napier::explore {
namespace {

int gravity(ExitCode code) {
  switch (code) {
    case ExitCode::kHeld:
      return 0;
    case ExitCode::kBadInput:
      return 1;
    case ExitCode::kToolFailed:
      return 2;
    case ExitCode::kMismatch:
      return 3;
    default:
      return 4;
  }
}

}  // namespace

ExitCode graver(ExitCode so_far, int exit_code) {
  ExitCode code = static_cast<ExitCode>(exit_code);
  if (gravity(code) == 4) code = ExitCode::kInternal;
  return gravity(code) > gravity(so_far) ? code : so_far;
}

}  // namespace napier::explore

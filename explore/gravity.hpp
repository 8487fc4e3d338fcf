#pragma once
#include "models/base/error.hpp"

namespace napier::explore {

/// The graver of two endings, for work of many parts: a bug is graver than a mismatch, a mismatch graver than
/// a missing tool, that graver than bad input. Exit codes that Napier does not have count as bugs.
ExitCode graver(ExitCode so_far, int exit_code);

}  // namespace napier::explore

#pragma once
#include <string>

#include "models/trace/trace.hpp"

namespace napier {

/// Throws InputError, beginning with `place` (file and record), where the record's dimensions, sizes or
/// values do not fit the design's formats: m, n, k >= 1; arrays as long as these say; operand words of
/// format.bits bits, zero without a sign; accumulators of accumulator_bits bits; bias_k of 16 bits.
void check_record(const Design& design, const GemmRecord& record, const std::string& place);

/// The same for an update: before, after and gradient of one length >= 1; weights of update.bits bits, codes
/// 1..E_U; v of v_bits bits; cap 1..E_U; settings within their channel fields.
void check_record(const Design& design, const UpdateRecord& record, const std::string& place);

/// Throws InputError where the design has no bit-exact datapath (fp32) and so can have no trace.
void check_traceable(const Design& design, const std::string& place);

/// "step 12 layer 1 weight gradient", for messages.
std::string describe(const GemmRecord& record);
std::string describe(const UpdateRecord& record);

/// "forward", "input gradient", "weight gradient".
std::string pass_name(Pass pass);

}  // namespace napier

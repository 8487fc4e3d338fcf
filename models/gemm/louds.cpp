#include "models/gemm/louds.hpp"

#include "models/base/error.hpp"

namespace napier::gemm {

LoudTables::LoudTables(std::span<const std::int32_t> values) : count(static_cast<int>(values.size())) {
  if (values.size() > kQuiet) throw InternalError("more loud attenuations than codes");
  for (std::size_t b = 0; b < missing.size(); ++b) {
    for (std::size_t a = 0; a < missing.size(); ++a) {
      const std::size_t attenuation_a = a % kNegative, attenuation_b = b % kNegative;
      if (attenuation_a + attenuation_b >= values.size()) continue;
      const bool negative = (a >= kNegative) != (b >= kNegative);
      const auto value = static_cast<std::uint32_t>(values[attenuation_a + attenuation_b]);
      missing[b][a] = static_cast<std::int32_t>(negative ? 0U - value : value);
    }
  }
}

}  // namespace napier::gemm

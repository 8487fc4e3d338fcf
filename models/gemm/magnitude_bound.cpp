#include "models/gemm/magnitude_bound.hpp"

#include <algorithm>
#include <cmath>

#include "models/units/constant_scaler.hpp"

namespace napier::gemm {
namespace {

/// More than the rounding errors of the few operations below.
constexpr double kRoundUp = 1 + 0x1p-40;

}  // namespace

MagnitudeBound::MagnitudeBound(const Design& design, const ProductTable* table)
    : largest_(128.0 * 128.0),
      vector_(design.datapath.vector),
      high_(std::ldexp(1.0, design.datapath.accumulator_bits - 1) - 1) {
  if (table == nullptr) return;
  largest_ = static_cast<double>(table->largest);
  scale_ = std::ldexp(1.0, -table->shift);
  floor_ = table->shift > 0 ? 1 : 0;
  unit_ = 0x1p-16;
  // Half of a term's last bit where terms are rounded: it weighs most where they are small.
  const ConstantScaler scaler(design);
  const auto& constants = scaler.constants();
  const bool rounded = design.datapath.term_rounding == TermRounding::kHalfUp;
  offset_ = !rounded ? 0 : constants.empty() ? 1 : *std::max_element(constants.begin(), constants.end());
  slope_ = 0;
  const int gamma = 1 << design.format.gamma_log2;
  for (int attenuation = 0; attenuation < table->used; ++attenuation) {
    const double excess =
        static_cast<double>(table->by_attenuation[static_cast<std::size_t>(attenuation)]) - offset_;
    slope_ = std::max(slope_, kRoundUp * excess * std::exp2(static_cast<double>(attenuation) / gamma));
  }
}

bool MagnitudeBound::sums_fit(int k, double products, std::int64_t bias) const {
  const double vectors = std::ceil(k / vector_);
  return kRoundUp * (products * scale_ + vectors * floor_ + static_cast<double>(bias)) <= high_;
}

bool MagnitudeBound::holds(int k, std::int64_t bias) const { return sums_fit(k, k * largest_, bias); }

bool MagnitudeBound::holds(int k, std::uint64_t energy_a, std::uint64_t energy_b, std::int64_t bias) const {
  const double energies = static_cast<double>(energy_a) * static_cast<double>(energy_b);
  return sums_fit(k, slope_ * unit_ * std::sqrt(energies) + k * offset_, bias);
}

}  // namespace napier::gemm

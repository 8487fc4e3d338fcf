#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/units/madam_update.hpp"

namespace napier {

/// MadamUpdate over a whole tensor: the same words, in vector code.
class MadamTensor {
 public:
  explicit MadamTensor(const Design& design);

  /// Updates weights[i], v[i] by gradient[i]. All three have the same length.
  void update(std::span<UpdateWord> weights, std::span<std::int32_t> v, std::span<const Word> gradient,
              const MadamSettings& settings, const Parallel& threads) const;

  const MadamUpdate& unit() const { return unit_; }

 private:
  MadamUpdate unit_;
  LnsFormat format_;
  int update_bits_, v_bits_, fraction_;
  std::vector<std::int32_t> gaussian_;  ///< the unit's table and a zero for all larger distances
  std::vector<std::uint32_t> steps_;    ///< exact step by exponent code, from lowest_exponent_ up
  int lowest_exponent_;
};

}  // namespace napier

#include "models/train/weights.hpp"

namespace napier {

std::unique_ptr<Weights> make_lns_weights(const Design& design, const MadamParameters& madam,
                                          std::span<const float> initial, const Parallel& threads);
std::unique_ptr<Weights> make_host_weights(const Design& design, const OptimizerParameters& optimizer,
                                           std::span<const float> initial, const Parallel& threads);

std::unique_ptr<Weights> make_weights(const Design& design, const OptimizerParameters& optimizer,
                                      std::span<const float> initial, const Parallel& threads) {
  if (design.update.kind == UpdateKind::kMadam) {
    return make_lns_weights(design, optimizer.madam, initial, threads);
  }
  return make_host_weights(design, optimizer, initial, threads);
}

}  // namespace napier

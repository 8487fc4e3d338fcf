#include "models/train/weights.hpp"

#include "models/base/error.hpp"

namespace napier {

std::unique_ptr<Weights> make_lns_weights(const Design& design, const MadamParameters& madam,
                                          std::span<const float> initial, int layer, const Parallel& threads);
std::unique_ptr<Weights> make_host_weights(const Design& design, const OptimizerParameters& optimizer,
                                           std::span<const float> initial, int layer,
                                           const Parallel& threads);
std::unique_ptr<Weights> make_rounded_weights(const Design& design, const OptimizerParameters& optimizer,
                                              std::span<const float> initial, int layer,
                                              const Parallel& threads);
std::unique_ptr<Weights> make_integer_madam_weights(const Design& design,
                                                    const OptimizerParameters& optimizer,
                                                    std::span<const float> initial, int layer,
                                                    const Parallel& threads);

std::unique_ptr<Weights> make_weights(const Design& design, const OptimizerParameters& optimizer,
                                      std::span<const float> initial, int layer, const Parallel& threads) {
  switch (design.update.kind) {
    case UpdateKind::kMadam:
      return make_lns_weights(design, optimizer.madam, initial, layer, threads);
    case UpdateKind::kHost:
      return make_host_weights(design, optimizer, initial, layer, threads);
    case UpdateKind::kRounded:
      return make_rounded_weights(design, optimizer, initial, layer, threads);
    case UpdateKind::kIntegerMadam:
      return make_integer_madam_weights(design, optimizer, initial, layer, threads);
  }
  throw InternalError("update kind without weights");
}

}  // namespace napier

// Which engine computes which format.
#include "models/base/error.hpp"
#include "models/train/training_engine.hpp"

namespace napier {

std::unique_ptr<TrainingEngine> make_design_engine(const Design& design, const OptimizerParameters& optimizer,
                                                   const Parallel& threads);
std::unique_ptr<TrainingEngine> make_float_engine(const Design& design, const OptimizerParameters& optimizer,
                                                  const Parallel& threads);

std::unique_ptr<TrainingEngine> make_engine(const Design& design, const OptimizerParameters& optimizer,
                                            const Parallel& threads) {
  switch (design.format.kind) {
    case FormatKind::kLns:
    case FormatKind::kInt8:
      return make_design_engine(design, optimizer, threads);
    case FormatKind::kFp32:
      return make_float_engine(design, optimizer, threads);
  }
  throw InternalError("a format without an engine");
}

}  // namespace napier

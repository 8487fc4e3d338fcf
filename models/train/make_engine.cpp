// Which engine computes which format.
#include "models/base/error.hpp"
#include "models/train/training_engine.hpp"

namespace napier {

std::unique_ptr<TrainingEngine> make_design_engine(const Design& design, const OptimizerParameters& optimizer,
                                                   const Parallel& threads);
std::unique_ptr<TrainingEngine> make_float_engine(const Design& design, const OptimizerParameters& optimizer,
                                                  const Parallel& threads);
std::unique_ptr<TrainingEngine> make_number_format_engine(const Design& design,
                                                          const OptimizerParameters& optimizer,
                                                          const Parallel& threads);

std::unique_ptr<TrainingEngine> make_engine(const Design& design, const OptimizerParameters& optimizer,
                                            const Parallel& threads) {
  switch (design.format.kind) {
    case FormatKind::kLns:
    case FormatKind::kInt8:
      return make_design_engine(design, optimizer, threads);
    case FormatKind::kFp32:
      return make_float_engine(design, optimizer, threads);
    case FormatKind::kFp16:
    case FormatKind::kBf16:
    case FormatKind::kFp8E4m3:
    case FormatKind::kFp8E5m2:
    case FormatKind::kMxfp8:
    case FormatKind::kMxfp4:
    case FormatKind::kNvfp4:
      return make_number_format_engine(design, optimizer, threads);
  }
  throw InternalError("a format without an engine");
}

}  // namespace napier

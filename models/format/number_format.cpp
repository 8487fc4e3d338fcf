#include "models/format/number_format.hpp"

#include <cmath>

#include "models/base/error.hpp"

namespace napier {
namespace {

NumberFormat plain(const Minifloat& element, Accumulation accumulation, bool scaled) {
  return {{element, 0, false}, accumulation, scaled, element.max_value()};
}

NumberFormat blocked(const BlockFormat& blocks) {
  return {blocks, Accumulation::kBlocks, blocks.e4m3_scale, block_limit(blocks)};
}

}  // namespace

NumberFormat number_format(FormatKind kind) {
  switch (kind) {
    case FormatKind::kFp16:
      return plain(kFp16Float, Accumulation::kTree, true);
    case FormatKind::kBf16:
      return plain(kBf16Float, Accumulation::kTree, false);
    case FormatKind::kFp8E4m3:
      return plain(kE4m3Float, Accumulation::kInteger, true);
    case FormatKind::kFp8E5m2:
      return plain(kE5m2Float, Accumulation::kInteger, true);
    case FormatKind::kMxfp8:
      return blocked(kMxfp8Blocks);
    case FormatKind::kMxfp4:
      return blocked(kMxfp4Blocks);
    case FormatKind::kNvfp4:
      return blocked(kNvfp4Blocks);
    default:
      throw InternalError("format.kind lns, int8 and fp32 are not made of small floats");
  }
}

int product_octave(const Minifloat& format) {
  const double largest = double{format.max_value()};
  return std::ilogb(largest * largest);
}

}  // namespace napier

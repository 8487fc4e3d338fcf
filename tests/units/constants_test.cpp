#include "models/format/constants.hpp"

#include <gmock/gmock.h>

namespace napier {
namespace {

using testing::ElementsAre;

TEST(Constants, OctaveConstantsOfGamma8) {
  EXPECT_THAT(octave_constants(3, 8), ElementsAre(256, 279, 304, 332, 362, 395, 431, 470));
}

TEST(Constants, FloatThresholdsOfGamma8) {
  EXPECT_THAT(float_thresholds(3, Rounding::kLogNearest),
              ElementsAre(0x05AAC4, 0x11C3D4, 0x1EF533, 0x2D583F, 0x3D08A4, 0x4E248D, 0x60CCDF, 0x75257E));
}

TEST(Constants, TenBitThresholdsOfGamma8) {
  EXPECT_THAT(mantissa_thresholds(3, Rounding::kLogNearest, 10),
              ElementsAre(45, 142, 248, 363, 488, 625, 774, 937));
}

}  // namespace
}  // namespace napier

#include "models/interop/trace_arrays.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "models/format/quantizer.hpp"
#include "models/trace/reference.hpp"
#include "models/train/scales.hpp"
#include "tests/models/small_designs.hpp"

namespace napier {
namespace {

template <class T>
const std::vector<T>& values(const std::vector<Array>& arrays, const std::string& name) {
  const auto found =
      std::find_if(arrays.begin(), arrays.end(), [&](const Array& a) { return a.name == name; });
  if (found == arrays.end()) throw std::out_of_range(name);
  return std::get<std::vector<T>>(found->values);
}

TEST(TraceArrays, HoldEveryBitOfTheTraceAndItsRealNumbers) {
  constexpr std::array<Shape, 2> kShapes = {{{9, 5, 7}, {4, 3, 8}}};
  for (const Design& design : {test::small_lns(), test::small_int8()}) {
    const Trace trace = random_trace(design, kShapes, 4);
    const std::vector<Array> arrays = trace_arrays(trace);
    const GemmRecord& r = trace.gemms[0];
    const std::string group = "gemm/000000_step000000_layer0_forward/";
    EXPECT_EQ(values<std::uint8_t>(arrays, group + "a"), r.a);
    EXPECT_EQ(values<std::uint8_t>(arrays, group + "b"), r.b);
    EXPECT_EQ(values<std::int32_t>(arrays, group + "acc"), r.acc);
    EXPECT_EQ(values<std::int32_t>(arrays, group + "bias"), r.bias);
    EXPECT_EQ(values<std::uint8_t>(arrays, group + "out"), r.out);
    EXPECT_EQ(values<std::int64_t>(arrays, group + "k_a").front(), r.k_a);
    EXPECT_EQ(values<double>(arrays, group + "accumulator_unit").front(),
              accumulator_unit(design, r.k_a, r.k_b));
    const Quantizer quantizer(design);
    for (std::size_t i = 0; i < r.a.size(); ++i) {
      EXPECT_EQ(values<float>(arrays, group + "a_value")[i], quantizer.dequantize(r.a[i], r.k_a));
    }
    const bool updates = design.update.kind == UpdateKind::kMadam;
    EXPECT_EQ(trace.updates.empty(), !updates);
    if (!updates) continue;
    const std::string update = "update/000000_step000000_layer0/";
    EXPECT_EQ(values<std::uint8_t>(arrays, update + "gradient"), trace.updates[0].gradient);
    EXPECT_EQ(values<std::uint16_t>(arrays, update + "weight_after")[3], trace.updates[0].after[3].weight);
    EXPECT_EQ(values<std::int32_t>(arrays, update + "v_after")[3], trace.updates[0].after[3].v);
  }
}

}  // namespace
}  // namespace napier

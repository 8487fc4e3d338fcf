#pragma once
#include "models/design/design.hpp"

/// Designs small enough that a trace of a few matrices visits every corner of order and padding.
namespace napier::test {

inline Design small_lns() {
  Design d;
  d.name = "small_lns";
  d.datapath.lanes = 8;
  d.datapath.vector = 4;
  d.collector.entries = 4;
  d.buffers = {8, 16};
  d.post_processor.lanes = 4;
  d.update.lanes = 4;
  return d;
}

/// Odd widths: no field lies on a byte boundary.
inline Design small_odd() {
  Design d = small_lns();
  d.name = "small_odd";
  d.format.bits = 7;
  d.format.gamma_log2 = 2;
  d.datapath.lanes = 6;
  d.datapath.vector = 2;
  d.buffers.a_rows = 13;
  d.datapath.lut_bits = 1;
  d.datapath.term_bits = 11;
  d.datapath.accumulator_bits = 19;
  d.collector.entries = 3;
  d.post_processor.lanes = 2;
  d.update.lanes = 3;
  d.update.bits = 13;
  d.update.v_bits = 21;
  d.update.rounding = UpdateRounding::kStochastic;
  return d;
}

inline Design small_channels() {
  Design d = small_odd();
  d.name = "small_channels";
  d.format.scale_group = ScaleGroup::kChannel;
  d.format.rounding = Rounding::kStochastic;
  return d;
}

inline Design small_vectors() {
  Design d = small_odd();
  d.name = "small_vectors";
  d.format.scale_group = ScaleGroup::kVector;
  d.update.v_rounding = UpdateRounding::kStochastic;
  return d;
}

inline Design small_without_zero() {
  Design d = small_lns();
  d.name = "small_without_zero";
  d.format.zero = ZeroCode::kNone;
  return d;
}

inline Design small_int8() {
  Design d = small_lns();
  d.name = "small_int8";
  d.format.kind = FormatKind::kInt8;
  d.update = {};
  d.update.kind = UpdateKind::kHost;
  return d;
}

inline Design small_fp8() {
  Design d = small_int8();
  d.name = "small_fp8";
  d.format.kind = FormatKind::kFp8E4m3;
  d.datapath.term_bits = 13;
  d.datapath.accumulator_bits = 19;
  return d;
}

}  // namespace napier::test

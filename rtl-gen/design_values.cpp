#include "rtl-gen/design_values.hpp"

#include "models/base/simon.hpp"
#include "models/design/widths.hpp"
#include "models/stimulus/channels.hpp"
#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {
namespace {

class ValueTable {
 public:
  void set(const std::string& name, long value) { values_[name] = std::to_string(value); }
  Values take() { return std::move(values_); }

 private:
  Values values_;
};

void set_format(ValueTable& v, const Design& d) {
  const LnsFormat f(d.format);
  v.set("lns", widths::is_lns(d));
  v.set("fp8", widths::is_fp8(d));
  v.set("terms", widths::has_terms(d));
  v.set("zero_reserved", f.zero == ZeroCode::kReserved);
  v.set("operand_bits", f.bits);
  v.set("gamma", f.gamma());
  v.set("gamma_log2", f.gamma_log2);
  v.set("max_code", f.max_code());
}

void set_float(ValueTable& v, const Design& d) {
  const Minifloat& f = widths::fp8_format(d);
  v.set("fp_exponent_bits", f.exponent_bits);
  v.set("fp_mantissa_bits", f.mantissa_bits);
  v.set("fp_bias", f.bias());
  v.set("fp_max_code", f.max_code());
  v.set("significand_bits", widths::significand_product_bits(d));
  v.set("exponent_sum_bits", widths::exponent_sum_bits(d));
}

void set_lane(ValueTable& v, const Design& d) {
  v.set("lanes", d.datapath.lanes);
  v.set("vector", d.datapath.vector);
  v.set("vector_width", d.datapath.vector * d.format.bits);
  v.set("vector_scales", widths::has_vector_scales(d));
  v.set("stationary_width", widths::stationary_words(d) * d.format.bits);
  v.set("const_bits", d.datapath.const_bits);
  v.set("split_sign", widths::is_lns(d) && d.datapath.style == ConversionStyle::kSplitSign);
  v.set("product_bits", widths::product_bits(d));
  v.set("bin_bits", widths::bin_bits(d));
  v.set("bins", widths::bins(d));
  v.set("has_scaler", widths::has_scaler(d));
  v.set("term_bits", widths::term_bits(d));
  v.set("bin_sum_bits", widths::bin_sum_bits(d));
  v.set("scaled_sum_bits", widths::scaled_sum_bits(d));
  v.set("sum_bits", widths::sum_bits(d));
  v.set("lane_latency", widths::lane_latency(d));
}

void set_collector(ValueTable& v, const Design& d) {
  v.set("entries", d.collector.entries);
  v.set("entry_width", widths::entry_bits(d));
  v.set("accumulator_bits", d.datapath.accumulator_bits);
  v.set("saturate", d.datapath.overflow == Overflow::kSaturate);
  v.set("post_lanes", d.post_processor.lanes);
  v.set("groups", widths::drain_groups(d));
  v.set("group_width", index_bits(widths::drain_groups(d)));
  v.set("bias_word_bits", d.post_processor.lanes * d.datapath.accumulator_bits);
  v.set("bias_k_bits", 16);
  const bool stochastic = widths::is_stochastic(d), row_scales = widths::has_row_scales(d);
  v.set("stochastic", stochastic);
  v.set("row_scales", row_scales);
  v.set("placed", stochastic || row_scales);  // outputs are told apart by row or column
  v.set("random_bits", widths::kRandomBits);
  v.set("round_keys_bits", 16 * RoundingNoise::rounds());
  v.set("output_bits", widths::output_bits(d));
  v.set("out_word_bits", d.post_processor.lanes * widths::output_bits(d));
  v.set("post_process", d.pipeline.post_process);
  v.set("post_stages", d.pipeline.post_process - 1);
  v.set("post_depth", d.pipeline.post_process + 2);
}

void set_update(ValueTable& v, const Design& d) {
  v.set("madam", d.update.kind == UpdateKind::kMadam);
  v.set("stochastic_update", widths::stochastic_update(d));
  v.set("stochastic_step", widths::stochastic_step(d));
  v.set("stochastic_moment", widths::stochastic_moment(d));
  v.set("round_first", d.update.round_first);
  v.set("update_lanes", d.update.lanes);
  v.set("update_bits", d.update.bits);
  v.set("v_bits", d.update.v_bits);
  v.set("v_fraction", d.update.v_fraction);
  v.set("update_registers", d.pipeline.update);
  v.set("update_stages", d.pipeline.update - 1);
  v.set("update_depth", d.pipeline.update + 2);
}

}  // namespace

Values design_values(const Design& design) {
  ValueTable v;
  set_format(v, design);
  if (widths::is_fp8(design)) set_float(v, design);
  set_lane(v, design);
  set_collector(v, design);
  set_update(v, design);
  for (const Channel& c : channels(design)) {
    if (c.name == "job" || c.name.starts_with("update_")) v.set(c.name + "_bits", c.bits);
  }
  return v.take();
}

}  // namespace napier::rtl

#include "models/stimulus/word_fields.hpp"

#include "models/base/error.hpp"
#include "models/design/widths.hpp"

namespace napier {
namespace {

class Fields {
 public:
  void add(const std::string& name, int bits, bool is_signed = false, int index = 0) {
    fields_.push_back({name, bit_, bits, is_signed, index});
    bit_ += bits;
  }
  void add_lanes(int lanes, int bits, bool is_signed) {
    for (int i = 0; i < lanes; ++i) add("lane[" + std::to_string(i) + "]", bits, is_signed, i);
  }
  void add_vector(const Design& d, const std::string& prefix = "", int lane = 0) {
    for (int i = 0; i < d.datapath.vector; ++i) {
      add(prefix + "element[" + std::to_string(i) + "]", d.format.bits, false, lane);
    }
  }
  /// A vector of the stationary operand, with its scale where the design has one.
  void add_stationary(const Design& d, const std::string& prefix = "", int lane = 0) {
    add_vector(d, prefix, lane);
    if (widths::has_vector_scales(d)) add(prefix + "octaves", d.format.bits, false, lane);
  }
  void add_tag(const Design& d) {
    add("entry", widths::entry_bits(d));
    add("first", 1);
    add("last", 1);
  }
  void add_weights(const Design& d, bool with_gradient) {
    for (int i = 0; i < d.update.lanes; ++i) {
      const std::string prefix = "weight[" + std::to_string(i) + "].";
      add(prefix + "weight", d.update.bits, false, i);
      if (with_gradient) add(prefix + "gradient", d.format.bits, false, i);
      add(prefix + "v", d.update.v_bits, true, i);
    }
  }
  std::vector<WordField> take() { return std::move(fields_); }

 private:
  std::vector<WordField> fields_;
  int bit_ = 0;
};

}  // namespace

std::vector<WordField> word_fields(const Design& d, const std::string& channel) {
  Fields f;
  if (channel == "job") {
    for (const char* name : {"m_tiles", "n_tiles", "k_tiles", "n_last", "g_last"}) f.add(name, 16);
    f.add("bias_k", 16, true);
    f.add("flags", 16);
    if (widths::is_stochastic(d)) f.add("random_key", 64);
  } else if (channel == "a_fill") {
    f.add_stationary(d);
  } else if (channel == "b_fill" || channel == "b") {
    f.add_vector(d);
  } else if (channel == "bias" || channel == "drain") {
    f.add_lanes(d.post_processor.lanes, d.datapath.accumulator_bits, true);
  } else if (channel == "row_scale") {
    f.add_lanes(d.post_processor.lanes, 16, true);
  } else if (channel == "mask") {
    f.add_lanes(d.post_processor.lanes, 1, false);
  } else if (channel == "a") {
    for (int lane = 0; lane < d.datapath.lanes; ++lane) {
      f.add_stationary(d, "lane[" + std::to_string(lane) + "].", lane);
    }
  } else if (channel == "issue") {
    f.add_vector(d);
    f.add_tag(d);
  } else if (channel == "sum") {
    f.add_lanes(d.datapath.lanes, widths::sum_bits(d), true);
    f.add_tag(d);
  } else if (channel == "out") {
    f.add_lanes(d.post_processor.lanes, widths::output_bits(d), false);
  } else if (channel == "update_job") {
    f.add("words", 32);
    f.add("gradient_exponent", 16, true);
    f.add("correction", 32, true);
    f.add("step_log2", 32, true);
    f.add("cap", 16);
    if (widths::stochastic_update(d)) {
      f.add("noise_key_low", 32);
      f.add("noise_key_high", 32);
    }
  } else if (channel == "update_in" || channel == "update_out") {
    f.add_weights(d, channel == "update_in");
  } else {
    throw InternalError("no channel '" + channel + "'");
  }
  return f.take();
}

}  // namespace napier

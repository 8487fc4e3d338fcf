#include "models/stimulus/channels.hpp"

#include "models/design/widths.hpp"

namespace napier {

std::vector<Channel> channels(const Design& d) {
  const int vector_bits = d.datapath.vector * d.format.bits;
  const int stationary_bits = widths::stationary_words(d) * d.format.bits;
  const int tag_bits = widths::entry_bits(d) + 2;  // entry, first, last
  const int accumulators_bits = d.post_processor.lanes * d.datapath.accumulator_bits;
  std::vector<Channel> result = {
      {"job", widths::job_bits(d)},
      {"a_fill", stationary_bits},
      {"b_fill", vector_bits},
      {"bias", accumulators_bits},
      {"mask", d.post_processor.lanes},
      {"a", d.datapath.lanes * stationary_bits},
      {"b", vector_bits},
      {"issue", vector_bits + tag_bits},
      {"sum", d.datapath.lanes * widths::sum_bits(d) + tag_bits},
      {"drain", accumulators_bits},
      {"out", d.post_processor.lanes * widths::output_bits(d)},
  };
  if (d.update.kind == UpdateKind::kMadam) {
    const int state_bits = d.update.bits + d.update.v_bits;
    result.push_back({"update_job", widths::update_job_bits(d)});
    result.push_back({"update_in", d.update.lanes * (state_bits + d.format.bits)});
    result.push_back({"update_out", d.update.lanes * state_bits});
  }
  if (widths::has_row_scales(d)) result.push_back({"row_scale", d.post_processor.lanes * 16});
  return result;
}

}  // namespace napier

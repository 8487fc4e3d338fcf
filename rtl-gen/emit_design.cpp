#include "rtl-gen/emit_design.hpp"

#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "rtl-gen/units/accelerator.hpp"
#include "rtl-gen/units/accumulation_collector.hpp"
#include "rtl-gen/units/bin_adder_tree.hpp"
#include "rtl-gen/units/carry_save.hpp"
#include "rtl-gen/units/constant_scaler.hpp"
#include "rtl-gen/units/dma.hpp"
#include "rtl-gen/units/fp_multiplier.hpp"
#include "rtl-gen/units/fp_to_int.hpp"
#include "rtl-gen/units/gather.hpp"
#include "rtl-gen/units/global_buffer.hpp"
#include "rtl-gen/units/int8_multiplier.hpp"
#include "rtl-gen/units/lns_multiplier.hpp"
#include "rtl-gen/units/lns_to_int.hpp"
#include "rtl-gen/units/madam_update.hpp"
#include "rtl-gen/units/operand_buffer.hpp"
#include "rtl-gen/units/operand_link.hpp"
#include "rtl-gen/units/post_processor.hpp"
#include "rtl-gen/units/processing_element.hpp"
#include "rtl-gen/units/queue.hpp"
#include "rtl-gen/units/rounding_noise.hpp"
#include "rtl-gen/units/sequencer.hpp"
#include "rtl-gen/units/turns.hpp"
#include "rtl-gen/units/vector_lane.hpp"

namespace napier::rtl {

std::vector<EmittedFile> emit_design(const Design& design) {
  require_hardware(design);
  std::vector<EmittedFile> files;
  files.push_back(emit_carry_save(design));
  if (widths::is_lns(design)) {
    files.push_back(emit_lns_multiplier(design));
    files.push_back(emit_lns_to_int(design));
    files.push_back(emit_bin_adder_tree(design));
  } else if (widths::is_fp8(design)) {
    files.push_back(emit_fp_multiplier(design));
    files.push_back(emit_fp_to_int(design));
    files.push_back(emit_bin_adder_tree(design));
  } else if (has_dot_product(design)) {
    files.push_back(emit_int8_dot_product(design));
  } else {
    files.push_back(emit_int8_multiplier(design));
    files.push_back(emit_bin_adder_tree(design));
  }
  if (widths::has_scaler(design)) files.push_back(emit_constant_scaler(design));
  files.push_back(emit_vector_lane(design));
  files.push_back(emit_vector_lanes(design));
  files.push_back(emit_accumulation_collector_lane(design));
  files.push_back(emit_accumulation_collector(design));
  files.push_back(emit_queue(design));
  if (widths::is_stochastic(design)) {
    files.push_back(emit_rounding_keys(design));
    files.push_back(emit_rounding_noise(design));
  }
  files.push_back(emit_post_processor_lane(design));
  files.push_back(emit_post_processor(design));
  files.push_back(emit_operand_buffer_a(design));
  files.push_back(emit_operand_buffer_b(design));
  files.push_back(emit_sequencer(design));
  if (design.update.kind == UpdateKind::kMadam) {
    files.push_back(emit_madam_update_lane(design));
    files.push_back(emit_madam_update(design));
  }
  files.push_back(emit_processing_element(design));
  if (design.array.elements == 0) return files;
  files.push_back(emit_turns(design));
  files.push_back(emit_global_buffer(design));
  files.push_back(emit_operand_link(design));
  files.push_back(emit_gather(design));
  files.push_back(emit_dma(design));
  files.push_back(emit_accelerator(design));
  return files;
}

std::string top_module(const Design& design) {
  return design.array.elements == 0 ? "napier_processing_element" : "napier_accelerator";
}

}  // namespace napier::rtl

#pragma once
#include <string_view>

/// The texts of rtl-gen/templates, built into the program.
namespace napier::embedded {

extern const std::string_view accelerator_bank_sv, accelerator_sv, accumulation_collector_lane_sv,
    accumulation_collector_sv, bin_adder_tree_sv, carry_save_sv, constant_scaler_sv, dma_sv, fp_multiplier_sv,
    fp_post_processor_lane_sv, fp_to_int_sv, gather_sv, global_buffer_sv, int8_dot_product_sv,
    int8_multiplier_sv, lns_multiplier_sv, lns_to_int_sv, madam_update_lane_sv, madam_update_sv,
    operand_buffer_sv, operand_link_sv, post_processor_lane_sv, post_processor_sv, probe_sv,
    processing_element_sv, queue_sv, rounding_keys_sv, rounding_noise_sv, sequencer_sv, testbench_sv,
    turns_sv, vector_lane_sv, vector_lanes_sv;

extern const std::string_view check_ys, napier_core, processing_element_sdc, harness_cpp, host_hpp,
    handshake_writer_hpp, dram_timing_hpp;

}  // namespace napier::embedded

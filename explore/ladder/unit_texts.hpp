#pragma once
#include <string_view>

/// Verilog of explore/ladder/units, built into the program: wrappers that give each unit the same two ports,
/// and specifications.
namespace napier::embedded {

extern const std::string_view unit_bench_sv, unit_lns_multiplier_sv, unit_lns_to_int_sv,
    unit_fp_multiplier_sv, unit_fp_to_int_sv, unit_fp_post_processor_lane_spec_sv, unit_int8_dot_product_sv,
    unit_int8_dot_product_spec_sv, unit_int8_multiplier_sv, unit_int8_multiplier_spec_sv,
    unit_bin_adder_tree_sv, unit_bin_adder_tree_spec_sv, unit_constant_scaler_sv,
    unit_constant_scaler_spec_sv, unit_legal_bins_sv, unit_post_processor_lane_sv,
    unit_post_processor_lane_spec_sv, unit_madam_inputs_sv, unit_madam_update_lane_sv,
    unit_madam_update_lane_spec_sv, unit_rounding_noise_sv, unit_rounding_noise_spec_sv;

}  // namespace napier::embedded

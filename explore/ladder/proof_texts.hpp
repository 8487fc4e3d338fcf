#pragma once
#include <string_view>

/// Monitors of explore/ladder/proofs, built into the program.
namespace napier::embedded {

extern const std::string_view proof_cycle_bench_sv, proof_follow_sv, proof_queue_sv,
    proof_operand_buffer_a_sv, proof_operand_buffer_b_sv, proof_sequencer_sv, proof_post_processor_sv,
    proof_madam_update_sv;

}  // namespace napier::embedded

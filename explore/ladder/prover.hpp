#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "rtl-gen/emitted_file.hpp"

/// Proofs by Yosys and abc. Each tells a theorem from its refutation and from running out of time.
namespace napier::explore::ladder {

enum class Verdict { kProven, kRefuted, kUndecided };

/// Throws ToolError, naming the Debian package, where Yosys is missing or older than 0.23.
void check_yosys(const std::filesystem::path& scratch);

/// Combinational equivalence of the modules `unit` in two sets of Verilog files, for every input: abc cec.
Verdict prove_equal(const std::vector<rtl::EmittedFile>& emitted, const std::string& specification,
                    const std::filesystem::path& folder, int seconds);

/// Whether output bad_o of the module `proof` stays 0 for ever, from any initial values of the registers
/// without reset, whatever the inputs: abc's property-directed reachability finds an inductive invariant, or
/// a run that refutes it.
Verdict prove_never_bad(const std::vector<rtl::EmittedFile>& emitted, const std::string& proof,
                        const std::filesystem::path& folder, int seconds);

/// Whether a module computes the same with all its registers as another of the same name: every register's
/// next value and every output are equal for all inputs and all values of the registers. `emitted`,
/// `changed`: whole designs; submodules are flattened into it.
Verdict prove_same_module(const std::vector<rtl::EmittedFile>& emitted,
                          const std::vector<rtl::EmittedFile>& changed, const std::string& module,
                          const std::filesystem::path& folder, int seconds);

}  // namespace napier::explore::ladder

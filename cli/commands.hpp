#pragma once
#include <CLI/CLI.hpp>

/// One function a verb, each in its own file: adds the sub-command with its options, help and runnable
/// example, and a callback that calls the library and prints. Errors are thrown; main.cpp turns them into
/// exit codes.
namespace napier::cli {

void add_bench(CLI::App& app);
void add_convert(CLI::App& app);
void add_dump(CLI::App& app);
void add_estimate(CLI::App& app);
void add_explain(CLI::App& app);
void add_measure(CLI::App& app);
void add_report(CLI::App& app);
void add_rtl(CLI::App& app);
void add_sim(CLI::App& app);
void add_study(CLI::App& app);
void add_sweep(CLI::App& app);
void add_synth(CLI::App& app);
void add_trace(CLI::App& app);
void add_train(CLI::App& app);
void add_verify(CLI::App& app);

}  // namespace napier::cli

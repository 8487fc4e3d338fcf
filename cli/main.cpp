// The napier program: parse, call, print.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>

#include "cli/commands.hpp"
#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"

namespace {

/// Results that the program prints count as written only once they are out: the disk may be full.
void require_printed() {
  std::cout.flush();
  if (!std::cout || std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw napier::InputError("cannot write to standard output; free disk space or write it elsewhere");
  }
}

}  // namespace

int main(int argc, char** argv) {
  using napier::ExitCode;
  CLI::App app{"Napier: co-design workbench for accelerators that train in a logarithmic number system"};
  app.set_version_flag("--version", std::string("napier ") + NAPIER_VERSION);
  app.require_subcommand(1);
  napier::cli::add_bench(app);
  napier::cli::add_convert(app);
  napier::cli::add_dump(app);
  napier::cli::add_estimate(app);
  napier::cli::add_explain(app);
  napier::cli::add_measure(app);
  napier::cli::add_report(app);
  napier::cli::add_rtl(app);
  napier::cli::add_sim(app);
  napier::cli::add_study(app);
  napier::cli::add_sweep(app);
  napier::cli::add_synth(app);
  napier::cli::add_trace(app);
  napier::cli::add_train(app);
  napier::cli::add_verify(app);
  try {
    napier::catch_interrupts();
    app.parse(argc, argv);
    require_printed();
    return static_cast<int>(ExitCode::kHeld);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kBadInput);
  } catch (const napier::Error& e) {
    std::cerr << "napier: " << e.what() << '\n';
    return static_cast<int>(e.code());
  } catch (const std::bad_alloc&) {
    std::cerr << "napier: out of memory; try a smaller batch, trace or design\n";
    return static_cast<int>(ExitCode::kBadInput);
  } catch (const std::exception& e) {
    std::cerr << "napier: internal error: " << e.what()
              << "\nPlease report this with the command and its input.\n";
    return static_cast<int>(ExitCode::kInternal);
  }
}

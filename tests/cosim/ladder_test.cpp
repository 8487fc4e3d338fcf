// The rungs of the verification ladder: each holds for what the generator emits, and falls for a fault put
// into it.
#include "explore/ladder/ladder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "explore/ladder/cycle_bench.hpp"
#include "explore/ladder/exhaustive.hpp"
#include "explore/ladder/handshakes.hpp"
#include "explore/ladder/journal.hpp"
#include "explore/ladder/mutation.hpp"
#include "explore/ladder/prover.hpp"
#include "explore/ladder/random_design.hpp"
#include "explore/ladder/random_designs.hpp"
#include "explore/ladder/traces.hpp"
#include "explore/ladder/truth_table.hpp"
#include "models/design/widths.hpp"
#include "rtl-gen/verify/harness.hpp"
#include "rtl-gen/verify/verilator.hpp"
#include "tests/cosim/cosim.hpp"

namespace napier::explore::ladder {
namespace {

using explore::test::Folder;
using testing::HasSubstr;

Design binned() { return default_designs(Level::kCi).front(); }

Unit unit_named(const std::string& name) {
  for (Unit& unit : narrow_units_of(binned())) {
    if (unit.name == name) return unit;
  }
  throw InternalError("no unit " + name);
}

/// The files with one piece of text replaced, which must be there.
std::vector<rtl::EmittedFile> changed(std::vector<rtl::EmittedFile> files, const std::string& from,
                                      const std::string& to) {
  for (rtl::EmittedFile& file : files) {
    const std::size_t at = file.text.find(from);
    if (at == std::string::npos) continue;
    file.text.replace(at, from.size(), to);
    return files;
  }
  throw InternalError("nowhere: " + from);
}

TEST(LadderJournal, ContinuesAndForgetsWhatBelongsToAnotherKey) {
  Folder folder;
  const auto file = folder.path() / "journal.txt";
  Journal(file, "one").add("item", "held\twell\n");
  EXPECT_EQ(Journal(file, "one").find("item"), "held well ");
  write_file(file, read_file(file) + "half\tfinis");  // the program stopped here
  EXPECT_EQ(Journal(file, "one").find("half"), std::nullopt);
  EXPECT_EQ(Journal(file, "two").find("item"), std::nullopt);
}

TEST(LadderMutation, HasEveryKindOfFaultAndIsTheSameForTheSameSeed) {
  const std::vector<rtl::EmittedFile> files = rtl::emit_design(binned());
  const std::vector<Mutation> all = mutations(files);
  EXPECT_GT(all.size(), 1000U);
  std::set<Fault> faults;
  for (const Mutation& m : draw(all, 25, 7)) {
    faults.insert(m.fault);
    EXPECT_NE(with(files, m)[m.file].text, files[m.file].text) << describe(files, m);
  }
  EXPECT_EQ(faults.size(), std::size_t{kFaults});
  const auto names = [&](std::uint64_t seed) {
    std::vector<std::string> texts;
    for (const Mutation& m : draw(all, 25, seed)) texts.push_back(describe(files, m));
    return texts;
  };
  EXPECT_EQ(names(7), names(7));
  EXPECT_NE(names(7), names(8));
}

TEST(LadderRandomDesign, DrawsLegalDesignsOfEveryStyle) {
  std::set<ConversionStyle> styles;
  std::set<std::string> digests;
  bool saw_int8 = false, saw_rows = false, saw_host = false;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const Design d = random_design(3, i);
    digests.insert(design_digest(d));
    EXPECT_EQ(design_digest(d), design_digest(random_design(3, i)));
    if (widths::is_lns(d)) styles.insert(d.datapath.style);
    saw_int8 = saw_int8 || d.format.kind == FormatKind::kInt8;
    saw_rows = saw_rows || widths::has_row_scales(d);
    saw_host = saw_host || (widths::is_lns(d) && d.update.kind == UpdateKind::kHost);
  }
  EXPECT_EQ(digests.size(), 60U);
  EXPECT_EQ(styles.size(), 3U);
  EXPECT_TRUE(saw_int8 && saw_rows && saw_host);
}

TEST(LadderRandomDesign, ShrinkingKeepsWhatFailsAndDropsTheRest) {
  Design large;
  for (std::uint64_t i = 0;; ++i) {
    large = random_design(4, i);
    if (widths::has_scaler(large) && large.datapath.lanes > 2 && large.update.kind == UpdateKind::kMadam)
      break;
  }
  const Design small = shrink(large, [](const Design& d) { return widths::has_scaler(d); });
  EXPECT_TRUE(widths::has_scaler(small));
  EXPECT_EQ(small.datapath.lanes, 1);
  EXPECT_EQ(small.datapath.vector, 1);
  EXPECT_EQ(small.update.kind, UpdateKind::kHost);
  EXPECT_EQ(small.datapath.term_bits, 2);
}

TEST(LadderExhaustive, FindsAFaultThatOneInputShows) {
  Folder folder;
  const Unit unit = unit_named("bin_adder_tree");
  ASSERT_EQ(unit.slices.size(), 1U);
  EXPECT_EQ(first_wrong_input(unit, unit.slices[0], folder.path()), "");
  Unit wrong = unit;
  wrong.slices[0].exact = [exact = unit.slices[0].exact](std::uint64_t in) {
    return exact(in) ^ (in == 123 ? 1U : 0U);
  };
  EXPECT_THAT(first_wrong_input(wrong, wrong.slices[0], folder.path()), HasSubstr("free inputs 07b"));
}

TEST(LadderProof, OfAUnitAgainstItsTruthTableRefutesAMutant) {
  Folder folder;
  const Unit unit = unit_named("lns_to_int");
  const auto prove = [&](std::vector<rtl::EmittedFile> files) {
    files.push_back({"wrapper.sv", unit.wrapper});
    return prove_equal(files, truth_table_verilog(unit), folder.path(), 100);
  };
  EXPECT_EQ(prove(unit.files), Verdict::kProven);
  EXPECT_EQ(prove(changed(unit.files, "aligned >> 1;", "aligned >> 2;")), Verdict::kRefuted);
}

TEST(LadderProof, OfAUnitInWholeNumbersRefutesAMutant) {
  Folder folder;
  const Unit unit = unit_named("constant_scaler");
  const auto prove = [&](std::vector<rtl::EmittedFile> files) {
    files.push_back({"wrapper.sv", unit.wrapper});
    return prove_equal(files, unit.specification, folder.path(), 100);
  };
  EXPECT_EQ(prove(unit.files), Verdict::kProven);
  EXPECT_EQ(prove(changed(unit.files, "{(BinSumWidth-1){1'b1}}}", "{(BinSumWidth-1){1'b0}}}")),
            Verdict::kRefuted);
}

TEST(LadderProof, OfAHandshakeRefutesALostWord) {
  Folder folder;
  const std::vector<Handshake> all = handshakes_of(binned());
  const auto queue =
      std::find_if(all.begin(), all.end(), [](const Handshake& h) { return h.name == "queue of 2"; });
  ASSERT_NE(queue, all.end());
  EXPECT_EQ(prove_never_bad(queue->files, queue->proof, folder.path(), 100), Verdict::kProven);
  const auto lost =
      changed(queue->files, "if (push_i) data_q[write_q]", "if (push_i && !pop_i) data_q[write_q]");
  EXPECT_EQ(prove_never_bad(lost, queue->proof, folder.path(), 100), Verdict::kRefuted);
}

TEST(LadderProof, ThatAMutantChangesNothing) {
  Folder folder;
  const std::vector<rtl::EmittedFile> files = rtl::emit_design(binned());
  const auto same = changed(files, "if (push_i && !pop_i) count_q", "if (!pop_i && push_i) count_q");
  const auto other = changed(files, "if (push_i && !pop_i) count_q", "if (push_i) count_q");
  EXPECT_EQ(prove_same_module(files, same, "napier_queue", folder.path(), 100), Verdict::kProven);
  EXPECT_NE(prove_same_module(files, other, "napier_queue", folder.path(), 100), Verdict::kProven);
}

TEST(LadderCycleBench, PassesAndFindsALatencyAndAResetThatIsMissing) {
  Folder folder;
  const Design design = binned();
  const CycleBench bench = make_cycle_bench(design, small_trace(design, 3, 1), 30, 1, folder.path(), true);
  std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
  for (const rtl::EmittedFile& file : rtl::emit_harness(design)) {
    if (file.path.extension() == ".sv") files.push_back(file);
  }
  std::string why;
  EXPECT_EQ(run_cycle_bench(bench, files, {}, 0, folder.path(), why), BenchOutcome::kPassed) << why;
  EXPECT_EQ(run_cycle_bench(bench, files, {}, 40, folder.path(), why), BenchOutcome::kPassed) << why;
  const auto forgets = changed(files, "      state_q      <= StIdle;\n      mt_q", "      mt_q");
  EXPECT_EQ(run_cycle_bench(bench, forgets, {}, 40, folder.path(), why), BenchOutcome::kFailed);
  EXPECT_THAT(why, HasSubstr("FAIL cycle"));
}

TEST(LadderRandomDesigns, FindsAFaultOfTheGenerator) {
  Folder folder;
  const Design design = random_design(1, 0);
  const auto faulty = [](const Design& d) {
    return changed(rtl::emit_design(d), "assign issue_first_o = kt_q == '0",
                   "assign issue_first_o = kt_q != '0");
  };
  EXPECT_EQ(replay_difference(design, 5, folder.path(), rtl::emit_design), "");
  EXPECT_THAT(replay_difference(design, 5, folder.path(), faulty), HasSubstr("channel issue"));
}

TEST(LadderNames, ThatAreKeywordsOfVerilogDoNoHarm) {
  Folder folder;
  Design design = binned();
  design.name = "module";
  const std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
  for (const rtl::EmittedFile& file : files) write_file(folder.path() / file.path, file.text);
  EXPECT_NO_THROW(
      rtl::lint_with_verilator(folder.path(), files, rtl::top_module(design), folder.path() / "log"));
}

/// Old tools, each as a script that tells an old version.
TEST(LadderTools, TooOldAreRefused) {
  Folder folder;
  const auto tool = [&](const std::string& name, const std::string& answer) {
    const auto program = folder.path() / "bin" / name;
    write_file(program, "#!/bin/sh\necho '" + answer + "'\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  };
  tool("yosys", "Yosys 0.9 (git sha1 1979e0b)");
  tool("iverilog", "Icarus Verilog version 10.3 (stable) ()");
  const std::string path = std::getenv("PATH");
  setenv("PATH", ((folder.path() / "bin").string() + ":" + path).c_str(), 1);
  const auto message = [&](auto check) {
    try {
      check(folder.path());
    } catch (const ToolError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_THAT(message(check_yosys), HasSubstr("Yosys 0.23 or newer is needed"));
  EXPECT_THAT(message(check_icarus), HasSubstr("Icarus Verilog 11.0 or newer is needed"));
  setenv("PATH", path.c_str(), 1);
}

TEST(Ladder, RefusesARungThatIsNone) {
  Folder folder;
  Climb climb;
  climb.folder = folder.path();
  climb.designs = {binned()};
  EXPECT_THROW(climb_ladder(climb, "z"), InputError);
}

}  // namespace
}  // namespace napier::explore::ladder

#include "cost/synthesis/synthesis.hpp"

#include <algorithm>
#include <cmath>

#include "cost/liberty/syntax.hpp"
#include "cost/synthesis/stamp.hpp"
#include "cost/synthesis/whole_file.hpp"
#include "models/base/digest.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"

namespace napier::cost {
namespace {

namespace fs = std::filesystem;

/// Technology mapping by abc. Its built-in script takes minutes on an adder tree (fraig), this one seconds:
/// restructure, map for area within the clock period, buffer high fanouts, size gates up, then down where
/// there is slack.
std::string abc_script(double period_ns) {
  const std::string delay = std::to_string(std::llround(period_ns * 1000));  // ps
  return "strash\ndch\nmap -B 0.9 -D " + delay + "\ntopo\nbuffer -c\ntopo\nupsize -D " + delay +
         "\ndnsize -D " + delay + "\nstime -p\n";
}

std::string abc_constraints(const Technology& t) {
  return "set_driving_cell " + t.driver + "\nset_load " + std::to_string(t.output_load_ff) + "\n";
}

/// Each bit of Yosys' full adder becomes a library cell; a bit with a constant input becomes gates, which abc
/// then simplifies.
std::string full_adder_map(const FullAdder& f) {
  return R"((* techmap_celltype = "$fa" *)
module map_full_adder (A, B, C, X, Y);
  parameter WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  parameter _TECHMAP_CONSTMSK_C_ = 0;
  localparam [WIDTH-1:0] Constant = _TECHMAP_CONSTMSK_A_ | _TECHMAP_CONSTMSK_B_ | _TECHMAP_CONSTMSK_C_;
  input [WIDTH-1:0] A, B, C;
  output [WIDTH-1:0] X, Y;
  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : bits
      if (Constant[i]) begin
        assign Y[i] = A[i] ^ B[i] ^ C[i];
        assign X[i] = (A[i] & B[i]) | (C[i] & (A[i] ^ B[i]));
      end else begin
        )" +
         f.cell + " adder (." + f.a + "(A[i]), ." + f.b + "(B[i]), ." + f.c + "(C[i]), ." + f.sum +
         "(Y[i]), ." + f.carry + "(X[i]));\n      end\n    end\n  endgenerate\nendmodule\n";
}

/// The carry-save adders of the emitted compressor trees are rows of Yosys' full adder.
constexpr const char* kCarrySaveMap = R"(module napier_carry_save (a_i, b_i, c_i, sum_o, carry_o);
  parameter Width = 1;
  input [Width-1:0] a_i, b_i, c_i;
  output [Width-1:0] sum_o, carry_o;
  \$fa #(.WIDTH(Width)) adders (.A(a_i), .B(b_i), .C(c_i), .Y(sum_o), .X(carry_o));
endmodule
)";

std::string quoted(const fs::path& path) { return "\"" + path.string() + "\""; }

std::string script(const SynthesisJob& job, const Technology& t, const fs::path& liberty) {
  std::string text = "read_liberty -lib " + quoted(liberty) + "\n";
  for (const fs::path& file : job.verilog) text += "read_verilog -sv -DSYNTHESIS " + quoted(file) + "\n";
  if (!t.full_adder.cell.empty()) text += "techmap -map carry_save.v\n";
  for (const std::string& module : job.black_boxes) text += "blackbox " + module + "\n";
  text += "hierarchy -check -top " + job.top + "\n";
  text += "synth -run begin:fine -top " + job.top + "\n";
  // Sums of many addends that are left become trees of full adders, too.
  if (!t.full_adder.cell.empty()) text += "maccmap\ntechmap -map full_adder.v\n";
  text += "synth -noabc -run fine:check -top " + job.top + "\n";
  text += "dfflibmap -liberty " + quoted(liberty) + "\nopt -fast\nsimplemap\n";
  text += "abc -liberty " + quoted(liberty) + " -script abc.script -constr abc.constr\n";
  text += "setundef -zero\nopt_clean -purge\n";
  for (const std::string& module : job.modules) {
    if (std::find(job.black_boxes.begin(), job.black_boxes.end(), module) != job.black_boxes.end()) continue;
    text += "setattr -set unit \"" + module + "\" " + module + "/t:*\n";
  }
  // Plain, undotted names, so that SDF annotation and VCD need no escapes.
  text +=
      "flatten\nsplitnets\nopt_clean -purge\nrename -hide */w:* */c:*\nrename -enumerate -pattern n% */w:*\n"
      "rename -enumerate -pattern g% */c:*\nopt_clean\ncheck -assert\n"
      "write_verilog -noattr -noexpr -nodec netlist.v\nwrite_json netlist.json\n";
  return text;
}

}  // namespace

std::string yosys_script(const SynthesisJob& job, const Technology& technology) {
  return script(job, technology, technology.liberty);
}

fs::path plain_liberty(const Technology& technology, const fs::path& folder) {
  if (technology.liberty.extension() != ".gz") return fs::absolute(technology.liberty);
  const fs::path plain = fs::absolute(folder) / technology.liberty.stem();
  if (!fs::exists(plain)) write_file(plain, liberty::read_text(technology.liberty));
  return plain;
}

void synthesise(const SynthesisJob& job, const Technology& technology, const fs::path& folder) {
  std::string sources;
  for (const fs::path& file : job.verilog) sources += sha256(read_file(file));
  const std::string text = script(job, technology, plain_liberty(technology, folder.parent_path()));
  const std::string abc = abc_script(job.period_ns) + abc_constraints(technology);
  const Stamp stamp(folder, "synthesis",
                    sources + yosys_script(job, technology) + abc + kCarrySaveMap +
                        full_adder_map(technology.full_adder) + digest(technology));
  if (stamp.holds()) return;
  write_file(folder / "synth.ys", text);
  write_file(folder / "abc.script", abc_script(job.period_ns));
  write_file(folder / "abc.constr", abc_constraints(technology));
  write_file(folder / "carry_save.v", kCarrySaveMap);
  write_file(folder / "full_adder.v", full_adder_map(technology.full_adder));
  fs::remove(folder / "synth.log");
  run_tool({"yosys", "-q", "-s", "synth.ys"}, folder, folder / "synth.log");
  require_whole(folder / "netlist.v", "\nendmodule\n");
  require_whole(folder / "netlist.json", "\n}\n");
  stamp.set();
}

}  // namespace napier::cost

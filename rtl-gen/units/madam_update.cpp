#include "rtl-gen/units/madam_update.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

#include "models/design/widths.hpp"
#include "models/units/madam_update.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"
#include "rtl-gen/text/registers.hpp"

namespace napier::rtl {

namespace {

/// The shortest decimal that reads back as the same number.
std::string shortest(double x) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

/// One line a cell or remainder of a table.
std::string table_cases(const std::vector<std::uint32_t>& table, int index_width, const std::string& name,
                        int width) {
  std::string text;
  for (std::size_t i = 0; i < table.size(); ++i) {
    text += literal(index_width, i) + ": " + name + " = " + literal(width, table[i]) + ";\n";
  }
  return text;
}

/// v_rounding stochastic: what lies below the grid of log2 v, in signals of `sum` bits.
void set_moment_rounding(Values& v, const Design& d, const MadamUpdate& unit, int sum) {
  v["faded"] = unit.stochastic_moment() ? "faded" : "decayed";
  v["moment_fraction"] = std::to_string(unit.moment_fraction());
  v["moment_dropped_bits"] = std::to_string(unit.moment_fraction() - d.update.v_fraction);
  v["beta_rest"] = signed_literal(sum, unit.log2_beta().rest);
  v["one_minus_beta_rest"] = signed_literal(sum, unit.log2_one_minus_beta().rest);
  v["moment_noise"] = "noise_" + std::to_string(RoundingNoise::rounds());
}

/// Bits that hold 2 log2|g| + log2(1 - beta), v + log2(beta) and, where what lies below v's grid is summed
/// apart, that sum: below 2 octaves.
int moment_sum_bits(const Design& d) {
  const int code_fraction = d.update.v_fraction - d.format.gamma_log2;
  const int wide = std::max(d.update.v_bits, 17 + code_fraction + 1) + 1;
  return widths::stochastic_moment(d) ? std::max(wide, widths::kMomentFraction + 2) : wide;
}

void set_constants(Values& v, const Design& d) {
  const MadamUpdate unit(d);
  const int code_fraction = d.update.v_fraction - d.format.gamma_log2;
  const int sum = moment_sum_bits(d);
  const int gain = std::bit_width(unit.gaussian_table().front());
  v["code_fraction"] = std::to_string(code_fraction);
  v["moment_sum_bits"] = std::to_string(sum);
  v["log2_beta"] = signed_literal(sum, unit.log2_beta().whole);
  v["log2_one_minus_beta"] = signed_literal(sum, unit.log2_one_minus_beta().whole);
  set_moment_rounding(v, d, unit, sum);
  v["log2_bound"] = signed_literal(32, unit.log2_bound());
  v["beta"] = shortest(d.update.beta);
  v["bound"] = shortest(d.update.bound);
  v["v_zero"] = signed_literal(sum, unit.zero_v());
  v["v_least"] = signed_literal(sum, unit.zero_v() + 1);
  v["v_max"] = signed_literal(sum, -static_cast<std::int64_t>(unit.zero_v()) - 1);
  v["gaussian_bits"] = std::to_string(gain);
  const int cells = static_cast<int>(unit.gaussian_table().size());
  v["gaussian_cells"] = std::to_string(cells);
  v["gaussian_index_bits"] = std::to_string(index_bits(cells));
  v["gaussian_cases"] = table_cases(unit.gaussian_table(), index_bits(cells), "gain", gain);
  // With few fraction bits the last constant is rounded up to 2: a bit more.
  const int more = static_cast<int>(unit.octave_table().back() >> (d.datapath.const_bits + 1));
  const int const_width = d.datapath.const_bits + 1 + more;
  v["octave_cases"] = d.format.gamma_log2 > 0
                          ? table_cases(unit.octave_table(), d.format.gamma_log2, "constant", const_width)
                          : "";
  v["octave_constant"] = std::to_string(unit.octave_table().front());
  v["const_bits_plus_1"] = std::to_string(const_width);
  const int noise = unit.stochastic_step() ? MadamUpdate::kStepFraction : 0;
  v["update_most_shift"] = std::to_string(d.update.bits - 1 + noise);
  v["update_shift_bits"] = std::to_string(index_bits(d.update.bits + noise));
  v["update_wide_bits"] =
      std::to_string(d.datapath.const_bits + d.update.bits + noise + (noise > 0 ? more : 1));
}

/// round_first: each threshold that is passed puts its own logarithm in place of the one before.
void set_whole_numbers(Values& v, const MadamUpdate& unit) {
  std::string cases;
  for (std::size_t i = 0; i < unit.whole_thresholds().size(); ++i) {
    cases += "if (bounded >= " + signed_literal(32, unit.whole_thresholds()[i]) +
             ") whole_log2 = " + signed_literal(32, unit.whole_logarithms()[i]) + ";\n";
  }
  v["whole_cases"] = cases;
  v["whole_least"] =
      unit.whole_thresholds().empty() ? "" : signed_literal(32, unit.whole_thresholds().front());
  v["no_step"] = signed_literal(32, MadamUpdate::kNoStep);
}

constexpr int kRounds = RoundingNoise::rounds();

/// A 16-bit signal rotated to the left.
std::string rotated(const std::string& name, int by) {
  return "{" + name + "[" + std::to_string(15 - by) + ":0], " + name + "[15:" + std::to_string(16 - by) +
         "]}";
}

/// The rounds of Simon32/64 on index_i: state 0 and 1 are y and x, each round makes the next.
void set_noise_steps(Values& v) {
  std::string text =
      "logic [15:0] noise_0, noise_1;\nassign noise_0 = index_i[15:0];\nassign noise_1 = index_i[31:16];\n";
  for (int i = 0; i < kRounds; ++i) {
    const bool last = i + 1 == kRounds;
    const std::string next = last ? "noise_g" : "noise_" + std::to_string(i + 2);
    const std::string x = "noise_" + std::to_string(i + 1);
    if (!last) text += "logic [15:0] " + next + ";\n";
    text += "assign " + next + " = noise_" + std::to_string(i) + " ^ (" + rotated(x, 1) + " & " +
            rotated(x, 8) + ") ^ " + rotated(x, 2) + " ^ round_keys_i[" + std::to_string(16 * i) +
            " +: 16];\n";
  }
  v["noise_steps"] = text;
  v["noise_rounds"] = std::to_string(kRounds);
  v["round_keys_bits"] = std::to_string(16 * kRounds);
  v["step_fraction"] = std::to_string(MadamUpdate::kStepFraction);
}

/// The round keys of Simon32/64 from noise_key_q.
std::string noise_keys() {
  std::string text = "logic [" + std::to_string(16 * kRounds) + "-1:0] round_keys;\n";
  std::string all;
  for (int i = 0; i < kRounds; ++i) {
    const auto key = [](int k) { return "key_" + std::to_string(k); };
    text += "logic [15:0] " + key(i) + ";\n";
    all = key(i) + (i > 0 ? ", " : "") + all;
    if (i < 4) {
      text += "assign " + key(i) + " = noise_key_q[" + std::to_string(16 * i) + " +: 16];\n";
      continue;
    }
    const std::string mixed = "mixed_" + std::to_string(i);
    const auto constant = static_cast<std::uint64_t>(RoundingNoise::schedule_constant(i) ^ 0xFFFFU);
    text += "logic [15:0] " + mixed + ";\nassign " + mixed + " = " + rotated(key(i - 1), 13) + " ^ " +
            key(i - 3) + ";\nassign " + key(i) + " = " + key(i - 4) + " ^ " + mixed + " ^ " +
            rotated(mixed, 15) + " ^ " + literal(16, constant) + ";\n";
  }
  return text + "assign round_keys = {" + all + "};\n";
}

/// What travels beside the calculation to its end: the weight and what is known of the gradient.
const std::vector<std::pair<std::string, std::string>> kCarried = {
    {"WeightWidth", "weight"}, {"1", "gradient_negative"}, {"1", "gradient_zero"}};

/// The registers of one place (suffix: m moment, n normalise, c convert): declarations, then registers or
/// wires.
std::string place(const std::string& comment, std::vector<Piped> values, const std::string& from,
                  const std::string& to, bool registered, int enable) {
  for (const auto& [width, name] : kCarried) values.push_back({width, name + from, name + to});
  std::string text;
  for (const Piped& value : values) text += "logic [" + value.width + "-1:0] " + value.output + ";\n";
  return text + pipeline_registers(comment, values, registered ? 1 : 0, enable);
}

void set_registers(Values& v, int stages, bool stochastic) {
  // The random bits travel with the calculation as far as they are used.
  const auto with_noise = [&](std::vector<Piped> values, const std::string& from, const std::string& to) {
    if (stochastic) values.push_back({"16", "noise" + from, "noise" + to});
    return values;
  };
  // The first register comes after normalise, the second after moment, the third after convert.
  const bool normalise = stages >= 1, moment = stages >= 2, convert = stages >= 3;
  int enable = 0;
  v["moment_registers"] = place("second moment",
                                with_noise({{"MomentWidth", "v_after", "v_m"},
                                            {"GradientLogWidth", "gradient_log2", "gradient_log2_m"}},
                                           "_g", "_m"),
                                "_g", "_m", moment, enable);
  enable += moment ? 1 : 0;
  v["normalise_registers"] =
      place("normalised gradient",
            with_noise({{"MomentWidth", "v_m", "v_n"}, {"LogWidth", "step_log2", "step_log2_n"}}, "_m", "_n"),
            "_m", "_n", normalise, enable);
  enable += normalise ? 1 : 0;
  v["convert_registers"] =
      place("integer step", {{"MomentWidth", "v_n", "v_c"}, {"WeightWidth-1", "delta", "delta_c"}}, "_n",
            "_c", convert, enable);
  enable += convert ? 1 : 0;
  v["end_registers"] = pipeline_registers(
      "updated weight", {{"WeightWidth", "weight", "weight_q"}, {"MomentWidth", "v_c", "v_q"}},
      stages - enable, enable);
}

}  // namespace

EmittedFile emit_madam_update_lane(const Design& design) {
  Values v = design_values(design);
  set_constants(v, design);
  set_whole_numbers(v, MadamUpdate(design));
  set_noise_steps(v);
  set_registers(v, design.pipeline.update - 1, widths::stochastic_step(design));
  return emit_module(design, "madam_update_lane", embedded::madam_update_lane_sv, v);
}

EmittedFile emit_madam_update(const Design& design) {
  Values v = design_values(design);
  v["update_in_item_bits"] = std::to_string(design.update.bits + design.format.bits + design.update.v_bits);
  v["update_out_item_bits"] = std::to_string(design.update.bits + design.update.v_bits);
  v["job_noise"] = widths::stochastic_update(design) ? ", 64 key of the random bits" : "";
  v["noise_keys"] = noise_keys();
  v["cap_unused_bits"] = std::to_string(16 - (design.update.bits - 1));
  return emit_module(design, "madam_update", embedded::madam_update_sv, v);
}

}  // namespace napier::rtl

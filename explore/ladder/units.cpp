#include "explore/ladder/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "explore/ladder/unit_texts.hpp"
#include "models/base/error.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "models/units/bin_adder_tree.hpp"
#include "models/units/constant_scaler.hpp"
#include "models/units/fp_multiplier.hpp"
#include "models/units/fp_to_int.hpp"
#include "models/units/lns_multiplier.hpp"
#include "models/units/lns_to_int.hpp"
#include "models/units/madam_update.hpp"
#include "models/units/post_processor.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/emit_design.hpp"
#include "rtl-gen/units/int8_multiplier.hpp"

namespace napier::explore::ladder {
namespace {

constexpr std::uint64_t mask(int bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

std::int64_t sign_extended(std::uint64_t value, int bits) {
  return static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
}

/// Takes fields off a word, lowest first.
class Fields {
 public:
  explicit Fields(std::uint64_t word) : word_(word) {}
  std::uint64_t take(int bits) {
    const std::uint64_t field = word_ & mask(bits);
    word_ = bits >= 64 ? 0 : word_ >> bits;
    return field;
  }

 private:
  std::uint64_t word_;
};

/// A wide number out of fields, lowest first, as hexadecimal digits.
class HexFields {
 public:
  HexFields& put(std::uint64_t value, int bits) {
    for (int i = 0; i < bits; ++i) bits_.push_back(i < 64 && (value >> i & 1) != 0);
    return *this;
  }
  std::string text() const {
    std::string digits;
    for (std::size_t at = 0; at < bits_.size(); at += 4) {
      int digit = 0;
      for (std::size_t i = 0; i < 4 && at + i < bits_.size(); ++i) digit |= (bits_[at + i] ? 1 : 0) << i;
      digits += "0123456789abcdef"[digit];
    }
    std::reverse(digits.begin(), digits.end());
    return digits.empty() ? "0" : digits;
  }

 private:
  std::vector<bool> bits_;
};

/// The emitted files of the modules named.
std::vector<rtl::EmittedFile> modules(const Design& design, const std::vector<std::string>& names) {
  std::vector<rtl::EmittedFile> chosen;
  for (const rtl::EmittedFile& file : rtl::emit_design(design)) {
    const std::string stem = file.path.stem().string();
    for (const std::string& name : names) {
      if (stem == "napier_" + name) chosen.push_back(file);
    }
  }
  if (chosen.size() != names.size())
    throw InternalError("a unit without its emitted modules: " + names.front());
  return chosen;
}

Unit make_unit(const Design& design, const std::string& name, const std::vector<std::string>& names,
               const rtl::Values& values, std::string_view wrapper, std::string_view specification) {
  Unit unit;
  unit.name = name;
  unit.files = modules(design, names);
  unit.wrapper = rtl::expand(wrapper, values);
  if (!specification.empty()) unit.specification = rtl::expand(specification, values);
  return unit;
}

void set_bits(Unit& unit, int inputs, int outputs) {
  unit.input_bits = inputs;
  unit.output_bits = outputs;
  unit.order.resize(static_cast<std::size_t>(inputs));
  std::iota(unit.order.begin(), unit.order.end(), 0);
}

/// All inputs free, where they are few enough.
void add_whole_slice(Unit& unit, std::function<std::uint64_t(std::uint64_t)> exact) {
  if (unit.input_bits > kExhaustiveBits || unit.output_bits > 64) return;
  unit.slices.push_back({"", "0", unit.input_bits, std::move(exact)});
}

/// a0 b0 a1 b1 ...: the decision diagrams of sums and products of two operands stay small.
void interleave(Unit& unit, int bits) {
  for (int i = 0; i < bits; ++i) {
    unit.order[static_cast<std::size_t>(2 * i)] = i;
    unit.order[static_cast<std::size_t>(2 * i) + 1] = bits + i;
  }
}

Unit lns_multiplier(const Design& d, const rtl::Values& values) {
  Unit unit =
      make_unit(d, "lns_multiplier", {"lns_multiplier"}, values, embedded::unit_lns_multiplier_sv, "");
  const int bits = d.format.bits, product = widths::product_bits(d);
  set_bits(unit, 2 * bits, product + 2);
  interleave(unit, bits);
  add_whole_slice(unit, [format = LnsFormat(d.format), bits, product](std::uint64_t in) {
    Fields f(in);
    const auto a = static_cast<Word>(f.take(bits)), b = static_cast<Word>(f.take(bits));
    const LnsProduct p = lns_multiply(format, a, b);
    return static_cast<std::uint64_t>(p.exponent) | std::uint64_t{p.negative} << product |
           std::uint64_t{p.zero} << (product + 1);
  });
  return unit;
}

Unit lns_to_int(const Design& d, const rtl::Values& values) {
  Unit unit = make_unit(d, "lns_to_int", {"lns_to_int"}, values, embedded::unit_lns_to_int_sv, "");
  const int product = widths::product_bits(d), term = widths::term_bits(d);
  set_bits(unit, product + 2, term + 1 + widths::bin_bits(d));
  add_whole_slice(unit, [to_int = LnsToInt(d), product, term](std::uint64_t in) -> std::uint64_t {
    Fields f(in);
    LnsProduct p;
    p.exponent = static_cast<int>(f.take(product));
    p.negative = f.take(1) != 0;
    p.zero = f.take(1) != 0;
    if (p.exponent == static_cast<int>(mask(product))) return 0;  // no two codes add up to it
    const IntTerm t = to_int(p);
    if (t.magnitude == 0) return 0;
    return static_cast<std::uint64_t>(t.magnitude) | std::uint64_t{t.negative} << term |
           static_cast<std::uint64_t>(t.bin) << (term + 1);
  });
  return unit;
}

Unit int8_multiplier(const Design& d, const rtl::Values& values) {
  Unit unit = make_unit(d, "int8_multiplier", {"carry_save", "int8_multiplier"}, values,
                        embedded::unit_int8_multiplier_sv, embedded::unit_int8_multiplier_spec_sv);
  const int bits = d.format.bits;
  set_bits(unit, 2 * bits, 2 * bits);
  interleave(unit, bits);
  add_whole_slice(unit, [bits](std::uint64_t in) {
    Fields f(in);
    const std::int64_t a = sign_extended(f.take(bits), bits), b = sign_extended(f.take(bits), bits);
    return static_cast<std::uint64_t>(a * b) & mask(2 * bits);
  });
  return unit;
}

Unit fp_multiplier(const Design& d, const rtl::Values& values) {
  Unit unit = make_unit(d, "fp_multiplier", {"fp_multiplier"}, values, embedded::unit_fp_multiplier_sv, "");
  const int bits = d.format.bits;
  const int significand = widths::significand_product_bits(d), exponent = widths::exponent_sum_bits(d);
  set_bits(unit, 2 * bits, widths::product_bits(d));
  interleave(unit, bits);
  add_whole_slice(unit, [=, format = widths::fp8_format(d)](std::uint64_t in) {
    Fields f(in);
    const auto a = static_cast<Word>(f.take(bits)), b = static_cast<Word>(f.take(bits));
    const FpProduct p = fp_multiply(format, a, b);
    return static_cast<std::uint64_t>(p.significand) | static_cast<std::uint64_t>(p.exponent) << significand |
           std::uint64_t{p.negative} << (significand + exponent);
  });
  return unit;
}

Unit fp_to_int(const Design& d, rtl::Values values) {
  const Minifloat& format = widths::fp8_format(d);
  const int largest_significand = (1 << widths::significand_product_bits(d)) -
                                  (1 << (format.mantissa_bits + 2)) + 1;  // the square of an operand's
  const int largest_exponent = 2 * (format.max_code() >> format.mantissa_bits);
  values["largest_significand"] = std::to_string(largest_significand);
  values["largest_exponent"] = std::to_string(largest_exponent);
  Unit unit = make_unit(d, "fp_to_int", {"fp_to_int"}, values, embedded::unit_fp_to_int_sv, "");
  const int significand = widths::significand_product_bits(d), exponent = widths::exponent_sum_bits(d);
  set_bits(unit, significand + exponent, widths::term_bits(d));
  add_whole_slice(unit, [=, to_int = FpToInt(d)](std::uint64_t in) -> std::uint64_t {
    Fields f(in);
    FpProduct p;
    p.significand = static_cast<int>(f.take(significand));
    p.exponent = static_cast<int>(f.take(exponent));
    const bool legal =
        p.exponent >= 2 && p.exponent <= largest_exponent && p.significand <= largest_significand;
    return legal ? static_cast<std::uint64_t>(to_int(p).magnitude) : 0;
  });
  return unit;
}

Unit int8_dot_product(const Design& d, const rtl::Values& values) {
  Unit unit = make_unit(d, "int8_dot_product", {"carry_save", "int8_dot_product"}, values,
                        embedded::unit_int8_dot_product_sv, embedded::unit_int8_dot_product_spec_sv);
  const int v = d.datapath.vector, bits = d.format.bits, sum_bits = widths::bin_sum_bits(d);
  set_bits(unit, 2 * v * bits, sum_bits);
  add_whole_slice(unit, [=](std::uint64_t in) {
    Fields f(in);
    std::vector<std::int64_t> a(static_cast<std::size_t>(v));
    for (std::int64_t& x : a) x = sign_extended(f.take(bits), bits);
    std::int64_t sum = 0;
    for (const std::int64_t x : a) sum += x * sign_extended(f.take(bits), bits);
    return static_cast<std::uint64_t>(sum) & mask(sum_bits);
  });
  return unit;
}

Unit bin_adder_tree(const Design& d, const rtl::Values& values) {
  Unit unit = make_unit(d, "bin_adder_tree", {"carry_save", "bin_adder_tree"}, values,
                        embedded::unit_bin_adder_tree_sv, embedded::unit_bin_adder_tree_spec_sv);
  const int v = d.datapath.vector, term = widths::term_bits(d), bin_bits = widths::bin_bits(d);
  const int sum_bits = widths::bin_sum_bits(d), bins = widths::bins(d);
  const bool has_terms = widths::has_terms(d);
  set_bits(unit, v * (term + (has_terms ? 1 + bin_bits : 0)), bins * sum_bits);
  add_whole_slice(unit, [=](std::uint64_t in) {
    Fields f(in);
    std::vector<IntTerm> terms(static_cast<std::size_t>(v));
    for (IntTerm& t : terms) {
      const std::uint64_t word = f.take(term);
      t.magnitude = has_terms ? static_cast<std::int64_t>(word) : sign_extended(word, term);
    }
    if (has_terms) {
      for (IntTerm& t : terms) t.negative = f.take(1) != 0;
      for (IntTerm& t : terms) t.bin = static_cast<int>(f.take(bin_bits));
    }
    std::vector<std::int64_t> sums(static_cast<std::size_t>(bins));
    add_to_bins(terms, sums);
    std::uint64_t out = 0;
    for (int i = 0; i < bins; ++i) {
      out |= (static_cast<std::uint64_t>(sums[static_cast<std::size_t>(i)]) & mask(sum_bits))
             << (i * sum_bits);
    }
    return out;
  });
  return unit;
}

Unit constant_scaler(const Design& d, rtl::Values values) {
  const ConstantScaler scaler(d);
  const int bins = widths::bins(d), bin_sum = widths::bin_sum_bits(d), sum = widths::sum_bits(d);
  for (int i = 0; i < bins; ++i) {
    values["additions"] +=
        "sum = sum + 64'sd" + std::to_string(scaler.constants()[static_cast<std::size_t>(i)]) +
        " * 64'($signed(in_i[" + std::to_string(i * bin_sum) + " +: " + std::to_string(bin_sum) + "]));\n";
  }
  values["legal_bins"] = rtl::expand(embedded::unit_legal_bins_sv, values);
  Unit unit = make_unit(d, "constant_scaler", {"carry_save", "constant_scaler"}, values,
                        embedded::unit_constant_scaler_sv, embedded::unit_constant_scaler_spec_sv);
  set_bits(unit, bins * bin_sum, sum);
  unit.slow =
      true;  // one tree over the digits of all bins has no inner point in common with products and sums
  const std::uint64_t most = static_cast<std::uint64_t>(d.datapath.vector) * mask(widths::term_bits(d));
  add_whole_slice(unit, [=](std::uint64_t in) -> std::uint64_t {
    Fields f(in);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(bins));
    std::uint64_t all = 0;
    for (std::int64_t& s : sums) {
      s = sign_extended(f.take(bin_sum), bin_sum);
      all += static_cast<std::uint64_t>(std::abs(s));
    }
    if (all > most) return 0;  // more than all terms of a vector
    return static_cast<std::uint64_t>(scaler(sums)) & mask(sum);
  });
  return unit;
}

/// For each code the first magnitude that reaches it on a scale without bias, found by halving.
std::string boundaries(const Design& d, const PostProcessor& exact) {
  const bool reserved = d.format.zero == ZeroCode::kReserved;
  const std::int64_t most = std::int64_t{1} << (d.datapath.accumulator_bits - 1);
  // The accumulator -2^(A-1) has the largest magnitude. Random bits of all ones never round up.
  const auto reaches = [&](std::int64_t magnitude, int code) {
    const PostSettings settings = {(reserved ? 1 : 0) - code, false, 0};
    return exact(static_cast<std::int32_t>(-magnitude), settings, 0xFFFF).event != PostEvent::kUnderflow;
  };
  std::string text;
  std::vector<std::string> lines;
  for (int code = 1; reaches(most, code); ++code) {
    std::int64_t low = 0, high = most;  // does not reach, reaches
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (reaches(middle, code) ? high : low) = middle;
    }
    lines.push_back("if (magnitude >= 64'sd" + std::to_string(high) + ") reached = 64'sd" +
                    std::to_string(code) + ";\n");
  }
  for (const std::string& line : lines) text += line;
  return text;
}

/// The values of an octave's codes, for stochastic rounding: octave_mantissa in [0, 2^compare_bits).
std::string code_values(const Design& d, const PostProcessor& exact) {
  std::string text;
  const int gamma = 1 << d.format.gamma_log2;
  const auto value = [&](int r) { return r == 0 ? 0U : exact.thresholds()[static_cast<std::size_t>(r - 1)]; };
  const std::string low = "[" + std::to_string(d.format.gamma_log2) + "-1:0]";
  for (int r = 0; r < gamma && gamma > 1; ++r) {
    const std::string is = " == " + std::to_string(d.format.gamma_log2) + "'d" + std::to_string(r) + ") ";
    text += "if (reached" + low + is + "begin value = 64'sd" + std::to_string(value(r)) + "; next = 64'sd" +
            std::to_string(value(r + 1)) + "; end\n";
    text += "if (first" + low + is + "first_value = 64'sd" + std::to_string(value(r)) + ";\n";
  }
  return text;
}

/// For each code of an FP8 format the midpoint below it, in units of half the smallest subnormal number; an
/// even code takes the midpoint itself.
std::string midpoints(const Minifloat& f) {
  const auto units = [&](int code) {
    return std::ldexp(double{f.decode(static_cast<std::uint16_t>(code))},
                      f.mantissa_bits + 1 - f.min_exponent());
  };
  std::string text;
  for (int code = 1; code <= f.max_code(); ++code) {
    const auto middle = static_cast<std::int64_t>(units(code - 1) / 2 + units(code) / 2);
    text += std::string("if (value ") + (code % 2 == 0 ? ">=" : ">") + " (128'd" + std::to_string(middle) +
            " << 40)) code = " + std::to_string(f.bits() - 1) + "'d" + std::to_string(code) + ";\n";
  }
  return text;
}

/// Biases that put the accumulators below, across and above the operands' range.
std::vector<int> telling_biases(const Design& d) {
  if (widths::is_fp8(d)) {
    const Minifloat& f = widths::fp8_format(d);
    const int top =
        d.datapath.accumulator_bits - 2;  // clamped, exact, across the largest and the subnormal ones
    return {-f.max_exponent(),
            0,
            top - f.max_exponent(),
            top / 2 - f.min_exponent(),
            top - f.min_exponent(),
            30000,
            -30000};
  }
  if (!widths::is_lns(d)) return {-3, 0, 2, d.datapath.accumulator_bits - 6, 30000, -30000};
  const int top = d.datapath.accumulator_bits << d.format.gamma_log2;
  const int codes = 1 << (d.format.bits - 1);
  return {codes - 2 - top, -top / 2, 0, codes / 2, 32767, -32768};
}

Unit post_processor_lane(const Design& d, rtl::Values values) {
  const PostProcessor exact(d);
  const int a = d.datapath.accumulator_bits, out = widths::output_bits(d);
  const bool lns = widths::is_lns(d), random = widths::is_stochastic(d);
  values["random_input_bits"] = random ? "16" : "0";
  values["compare_bits"] = std::to_string(d.post_processor.compare_bits);
  values["code_width"] = std::to_string(d.format.bits - 1);
  values["boundaries"] = lns ? boundaries(d, exact) : "";
  values["code_values"] = random ? code_values(d, exact) : "";
  const bool fp8 = widths::is_fp8(d);
  if (fp8) {
    const Minifloat& f = widths::fp8_format(d);
    values["midpoints"] = midpoints(f);
    values["fp_unit_log2"] = std::to_string(f.mantissa_bits + 1 - f.min_exponent());
  }
  Unit unit = make_unit(
      d, "post_processor_lane", {"post_processor_lane"}, values, embedded::unit_post_processor_lane_sv,
      fp8 ? embedded::unit_fp_post_processor_lane_spec_sv : embedded::unit_post_processor_lane_spec_sv);
  set_bits(unit, a + 19 + (random ? 16 : 0), out);
  if (a + 3 > kExhaustiveBits) return unit;
  std::size_t number = 0;
  for (const int bias : telling_biases(d)) {
    const std::uint32_t chance = static_cast<std::uint32_t>(number++) * 13107;
    HexFields fixed;
    fixed.put(0, a + 3).put(static_cast<std::uint64_t>(bias), 16);
    if (random) fixed.put(chance, 16);
    unit.slices.push_back(
        {"bias_k " + std::to_string(bias) + (random ? ", random bits " + std::to_string(chance) : ""),
         fixed.text(), a + 3, [=](std::uint64_t in) -> std::uint64_t {
           Fields f(in);
           const auto acc = static_cast<std::int32_t>(sign_extended(f.take(a), a));
           const bool keep = f.take(1) != 0, relu = f.take(1) != 0, raw = f.take(1) != 0;
           if (!keep) return 0;
           if (raw) return static_cast<std::uint64_t>(acc) & mask(out);
           return exact(acc, {bias, relu, 0}, chance).word;
         }});
  }
  return unit;
}

std::string number64(std::int64_t value) {
  return (value < 0 ? "-64'sd" : "64'sd") + std::to_string(value < 0 ? -value : value);
}

/// One line a table entry: if (name == i) result = value.
std::string table_lines(const std::string& condition, const std::string& result,
                        const std::vector<std::uint32_t>& entries) {
  std::string text;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    text += "if (" + condition + " == 64'sd" + std::to_string(i) + ") " + result + " = 64'sd" +
            std::to_string(entries[i]) + ";\n";
  }
  return text;
}

void set_madam(rtl::Values& v, const Design& d, const MadamUpdate& exact) {
  const int code_shift = d.update.v_fraction - d.format.gamma_log2;
  v["noise_input_bits"] = std::to_string(exact.stochastic() ? 32 + 16 * RoundingNoise::rounds() : 0);
  v["log2_beta"] = number64(exact.log2_beta().whole);
  v["log2_one_minus_beta"] = number64(exact.log2_one_minus_beta().whole);
  const int dropped = exact.moment_fraction() - d.update.v_fraction;
  v["moment_dropped"] = std::to_string(dropped);
  v["moment_noise_shift"] = std::to_string(16 - dropped);
  v["beta_rest"] = number64(exact.log2_beta().rest);
  v["one_minus_beta_rest"] = number64(exact.log2_one_minus_beta().rest);
  v["log2_bound"] = number64(exact.log2_bound());
  v["v_zero"] = number64(exact.zero_v());
  v["v_max"] = number64(-std::int64_t{exact.zero_v()} - 1);
  v["code_unit"] = std::to_string(1 << code_shift);
  v["code_shift"] = std::to_string(code_shift);
  v["half_code"] = std::to_string(1 << (code_shift - 1));
  v["cell_shift"] = std::to_string(d.update.v_fraction - 4);
  v["gains"] = table_lines("cell_number", "gain", exact.gaussian_table());
  v["octaves"] = table_lines("(exponent & 64'sd" + std::to_string((1 << d.format.gamma_log2) - 1) + ")",
                             "constant", exact.octave_table());
  v["max_update_code"] = std::to_string(exact.max_code());
  for (std::size_t i = 0; i < exact.whole_thresholds().size(); ++i) {
    v["wholes"] += "if (bounded >= " + number64(exact.whole_thresholds()[i]) +
                   ") step_exponent = " + number64(exact.whole_logarithms()[i]) +
                   " + 64'($signed(step_log2));\n";
  }
  v["madam_inputs"] = rtl::expand(embedded::unit_madam_inputs_sv, v);
}

/// Settings of an early and a late step, of a small and a large step, and of the ends of the ranges.
std::vector<MadamSettings> telling_settings(const Design& d, const MadamUpdate& exact) {
  const int octave = 1 << d.update.v_fraction;
  std::vector<MadamSettings> all;
  for (int i = 0; i < 6; ++i) {
    MadamSettings s;
    s.gradient_exponent = std::array{-3, -10, 5, -40, 2, -20}[static_cast<std::size_t>(i)];
    s.correction = std::array{-10, -4, 0, -1, -7, -2}[static_cast<std::size_t>(i)] * octave;
    s.step_log2 = std::array{0, 1, -2, 3, d.update.bits, -1}[static_cast<std::size_t>(i)] * octave;
    s.cap = i % 2 == 0 ? exact.max_code() : exact.max_code() - 2;
    if (exact.stochastic()) s.noise_key = 0x123456789ABCDEF * (i + 1);
    all.push_back(s);
  }
  return all;
}

Unit madam_update_lane(const Design& d, rtl::Values values) {
  const MadamUpdate exact(d);
  set_madam(values, d, exact);
  Unit unit = make_unit(d, "madam_update_lane", {"madam_update_lane"}, values,
                        embedded::unit_madam_update_lane_sv, embedded::unit_madam_update_lane_spec_sv);
  const int g = d.format.bits, w = d.update.bits, v = d.update.v_bits;
  const int noise = exact.stochastic() ? 32 + 16 * RoundingNoise::rounds() : 0;
  set_bits(unit, g + w + v + w - 1 + 80 + noise, w + v);
  if (g + w + v > kExhaustiveBits) return unit;
  for (const MadamSettings& s : telling_settings(d, exact)) {
    constexpr std::uint32_t kIndex = 12345;
    HexFields fixed;
    fixed.put(0, g + w + v).put(static_cast<std::uint64_t>(s.cap), w - 1);
    for (const std::int32_t x : {s.gradient_exponent}) fixed.put(static_cast<std::uint64_t>(x), 16);
    for (const std::int32_t x : {s.correction, s.step_log2}) fixed.put(static_cast<std::uint64_t>(x), 32);
    if (exact.stochastic()) {
      fixed.put(kIndex, 32);
      const RoundingNoise keys(static_cast<std::uint64_t>(s.noise_key));
      for (const std::uint16_t key : keys.round_keys()) fixed.put(key, 16);
    }
    unit.slices.push_back({"gradient exponent " + std::to_string(s.gradient_exponent) + ", step_log2 " +
                               std::to_string(s.step_log2),
                           fixed.text(), g + w + v, [=](std::uint64_t in) {
                             Fields f(in);
                             const auto gradient = static_cast<Word>(f.take(g));
                             MadamState before;
                             before.weight = static_cast<UpdateWord>(f.take(w));
                             before.v = static_cast<std::int32_t>(sign_extended(f.take(v), v));
                             const MadamState after = exact(before, gradient, s, kIndex);
                             return std::uint64_t{after.weight} |
                                    (static_cast<std::uint64_t>(after.v) & mask(v)) << w;
                           }});
  }
  return unit;
}

Unit rounding_noise(const Design& d, rtl::Values values) {
  std::string text = "logic [15:0] key_0, key_1, key_2, key_3;\n";
  for (int i = 0; i < 4; ++i) {
    text += "assign key_" + std::to_string(i) + " = in_i[" + std::to_string(32 + 16 * i) + " +: 16];\n";
  }
  const auto rotated = [](const std::string& name, int by) {
    return "(" + name + " << " + std::to_string(by) + " | " + name + " >> " + std::to_string(16 - by) + ")";
  };
  const int rounds = RoundingNoise::rounds();
  for (int i = 4; i < rounds; ++i) {
    const auto n = [&](int back) { return std::to_string(i - back); };
    const std::string mixed = "mixed_" + n(0);
    text += "logic [15:0] key_" + n(0) + ", " + mixed + ";\nassign " + mixed + " = " +
            rotated("key_" + n(1), 13) + " ^ key_" + n(3) + ";\nassign key_" + n(0) + " = ~key_" + n(4) +
            " ^ " + mixed + " ^ " + rotated(mixed, 15) + " ^ 16'd" +
            std::to_string(RoundingNoise::schedule_constant(i)) + ";\n";
  }
  text += "logic [15:0] x_0, y_0;\nassign {x_0, y_0} = in_i[31:0];\n";
  for (int i = 0; i < rounds; ++i) {
    const std::string x = "x_" + std::to_string(i), y = "y_" + std::to_string(i),
                      next = std::to_string(i + 1);
    text += "logic [15:0] x_" + next + ", y_" + next + ";\nassign x_" + next + " = " + y + " ^ (" +
            rotated(x, 1) + " & " + rotated(x, 8) + ") ^ " + rotated(x, 2) + " ^ key_" + std::to_string(i) +
            ";\nassign y_" + next + " = " + x + ";\n";
  }
  text += "assign out_o = {x_" + std::to_string(rounds) + ", y_" + std::to_string(rounds) + "};\n";
  values["rounds"] = text;
  Unit unit = make_unit(d, "rounding_noise", {"rounding_keys", "rounding_noise"}, values,
                        embedded::unit_rounding_noise_sv, embedded::unit_rounding_noise_spec_sv);
  set_bits(unit, 96, 32);
  for (const std::uint64_t key : {std::uint64_t{1}, std::uint64_t{0xFEDCBA9876543210}}) {
    unit.slices.push_back(
        {"key " + std::to_string(key), HexFields().put(0, 32).put(key, 64).text(), 16,
         [noise = RoundingNoise(key)](std::uint64_t in) { return noise(static_cast<std::uint32_t>(in)); }});
  }
  return unit;
}

}  // namespace

std::vector<Unit> units_of(const Design& original) {
  Design d = original;
  d.pipeline.post_process = 1;  // the output queue alone: the lane itself has no register
  if (d.update.kind == UpdateKind::kMadam) d.pipeline.update = 1;
  const rtl::Values values = [&] {
    rtl::Values v = rtl::design_values(d);
    v["round_first"] = d.update.round_first ? "1" : "0";
    return v;
  }();
  std::vector<Unit> units;
  if (widths::is_lns(d)) {
    units.push_back(lns_multiplier(d, values));
    units.push_back(lns_to_int(d, values));
    units.push_back(bin_adder_tree(d, values));
  } else if (widths::is_fp8(d)) {
    units.push_back(fp_multiplier(d, values));
    units.push_back(fp_to_int(d, values));
    units.push_back(bin_adder_tree(d, values));
  } else if (rtl::has_dot_product(d)) {
    units.push_back(int8_dot_product(d, values));
  } else {
    units.push_back(int8_multiplier(d, values));
    units.push_back(bin_adder_tree(d, values));
  }
  if (widths::has_scaler(d)) units.push_back(constant_scaler(d, values));
  units.push_back(post_processor_lane(d, values));
  if (d.update.kind == UpdateKind::kMadam) units.push_back(madam_update_lane(d, values));
  if (widths::is_stochastic(d)) units.push_back(rounding_noise(d, values));
  return units;
}

std::vector<Unit> narrow_units_of(const Design& original) {
  Design d = original;
  d.name = original.name + "_narrow";
  d.datapath.vector = rtl::has_dot_product(d) ? 1 : 2;
  d.datapath.accumulator_bits = std::min(d.datapath.accumulator_bits, 15);
  if (widths::is_lns(d)) {
    d.format.bits = 4;
    d.format.gamma_log2 = std::min(d.format.gamma_log2, 2);
    d.datapath.term_bits = 2;
    if (d.datapath.style != ConversionStyle::kPerElement)
      d.datapath.lut_bits = std::min(d.datapath.lut_bits, 1);
    if (!widths::has_scaler(d)) d.pipeline.scale = Pipeline().scale;
  }
  if (widths::is_fp8(d)) d.datapath.term_bits = 7;  // 2 terms and their signs: 18 bits
  if (d.update.kind == UpdateKind::kMadam) {
    d.update.bits = d.format.bits;
    d.update.v_bits = 10;
    d.update.v_fraction = 4;
    d.update.beta = 0.95;
  }
  return units_of(parse_design(resolved_yaml(d), d.name));
}

}  // namespace napier::explore::ladder

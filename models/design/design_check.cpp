// Relations between parameters that are each legal alone.
#include <bit>
#include <functional>

#include "models/base/error.hpp"
#include "models/config/scalar.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "models/format/constants.hpp"

namespace napier {
namespace {

class Checker {
 public:
  Checker(const Design& design, const config::Document& document) : d_(design), document_(document) {}

  void run() const {
    check_name();
    check_unused();
    check_format();
    if (!has_hardware(d_.format.kind)) return check_vector();
    check_vector();
    check_lanes();
    if (widths::is_lns(d_)) {
      check_conversion();
      check_thresholds();
    }
    if (d_.update.kind != UpdateKind::kHost) check_update_word();
    if (d_.update.kind == UpdateKind::kMadam) check_update();
    if (d_.array.elements > 0) check_array();
  }

 private:
  [[noreturn]] void fail(const std::string& key, const std::string& message) const {
    throw InputError(document_.at(key) + ": " + message);
  }

  void check_name() const {
    const std::string& name = d_.name;
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const std::string legal = std::string(kLetters) + "0123456789_-";
    if (!name.empty() && name.size() <= 64 && kLetters.find(name.front()) != std::string_view::npos &&
        name.find_first_not_of(legal) == std::string::npos) {
      return;
    }
    fail("name",
         "name '" + name +
             "' is not usable in file and module names; write a letter, then up to 63 letters, digits, "
             "_ or -");
  }

  /// A parameter that means nothing in this design must keep its default: nobody shall believe that it acts.
  void check_unused() const {
    const bool lns = widths::is_lns(d_);
    const auto unused = [&](const config::Parameter& p) {
      const std::string& key = p.key;
      if (key == "name" || key == "format.kind" || key == "update.kind") return false;
      if (key.starts_with("update.master") || key == "update.seed") return unused_by_update(key);
      if (!has_hardware(d_.format.kind)) return !read_by_baseline(key) || unused_by_scale_rule(key);
      if (key.starts_with("memory.") || (key.starts_with("array.") && key != "array.elements")) {
        return d_.array.elements == 0;
      }
      if (!lns) {
        for (const char* k : {"format.gamma_log2", "format.zero", "format.rounding", "format.scale_grid",
                              "format.scale_group", "datapath.style", "datapath.lut_bits",
                              "datapath.const_bits", "post_processor.compare_bits"}) {
          if (key == k) return true;
        }
      }
      if (!widths::has_terms(d_)) {
        for (const char* k : {"datapath.term_bits", "datapath.term_rounding", "pipeline.convert"}) {
          if (key == k) return true;
        }
      }
      if (unused_by_scale_rule(key)) return true;
      if (key == "format.seed") return d_.format.rounding != Rounding::kStochastic;
      if (key == "datapath.lut_bits") return d_.datapath.style == ConversionStyle::kPerElement;
      if (key == "pipeline.scale") return !widths::has_scaler(d_);
      return unused_by_update(key);
    };
    refuse_changed(design_schema().root, &d_, unused);
  }

  /// Keys of the weight update that its kind does not read.
  bool unused_by_update(const std::string& key) const {
    if (!key.starts_with("update.") && key != "pipeline.update") return false;
    const UpdateKind kind = d_.update.kind;
    if (key.starts_with("update.master")) return unused_by_master(key);
    if (key == "update.seed") return !rounds_at_random();
    if (key == "update.bits") return kind == UpdateKind::kHost;
    if (key == "update.rounding") return kind != UpdateKind::kMadam && kind != UpdateKind::kRounded;
    if (key == "update.bound") return kind == UpdateKind::kHost;
    return kind != UpdateKind::kMadam;
  }

  bool rounds_at_random() const {
    const Update& u = d_.update;
    if (u.kind == UpdateKind::kHost) return u.master_rounding == MasterRounding::kStochastic;
    return u.rounding == UpdateRounding::kStochastic || widths::stochastic_moment(d_);
  }

  bool unused_by_scale_rule(const std::string& key) const {
    return (key == "format.scale_history" || key == "format.scale_margin") &&
           d_.format.scale_rule == ScaleRule::kCurrent;
  }

  bool unused_by_master(const std::string& key) const {
    const Update& u = d_.update;
    if (u.kind != UpdateKind::kHost) return true;
    return key == "update.master_rounding" && u.master == MasterFormat::kFp32;
  }

  /// Keys that a baseline without hardware reads; docs/formats/number_formats.md.
  bool read_by_baseline(const std::string& key) const {
    const FormatKind kind = d_.format.kind;
    if (key == "format.scale_rule" || key == "format.scale_history" || key == "format.scale_margin") {
      return kind == FormatKind::kFp16 || kind == FormatKind::kNvfp4;
    }
    return key == "datapath.vector" && (kind == FormatKind::kFp16 || kind == FormatKind::kBf16);
  }

  void refuse_changed(const config::Record& record, const void* object,
                      const std::function<bool(const config::Parameter&)>& unused) const {
    for (const auto& p : record.parameters) {
      if (p->record) {
        refuse_changed(*p->record, p->member(const_cast<void*>(object)), unused);
        continue;
      }
      if (!unused(*p) || p->load(object).text == p->default_value.text) continue;
      fail(p->key, "key '" + p->key + "' means nothing in this design (" + context(p->key) +
                       "); remove it, or keep its default " + config::default_text(*p));
    }
  }

  static const char* kind_name(UpdateKind kind) {
    switch (kind) {
      case UpdateKind::kMadam:
        return "madam";
      case UpdateKind::kHost:
        return "host";
      case UpdateKind::kRounded:
        return "rounded";
      case UpdateKind::kIntegerMadam:
        return "integer_madam";
    }
    throw InternalError("update kind without a name");
  }

  std::string context(const std::string& key) const {
    if (key == "update.seed") {
      return d_.update.kind == UpdateKind::kHost    ? "update.master_rounding is not stochastic"
             : d_.update.kind == UpdateKind::kMadam ? "update.rounding and update.v_rounding are nearest"
                                                    : "update.rounding is nearest";
    }
    if (key == "update.master_rounding" && d_.update.kind == UpdateKind::kHost)
      return "update.master is fp32";
    if (!has_hardware(d_.format.kind) && !key.starts_with("update.master")) {
      return unused_by_scale_rule(key) && read_by_baseline(key)
                 ? "format.scale_rule is current"
                 : "format.kind is " + format_name(d_.format.kind);
    }
    if (key.starts_with("update.") || key == "pipeline.update") {
      return std::string("update.kind is ") + kind_name(d_.update.kind);
    }
    if (key.starts_with("array.") || key.starts_with("memory.")) return "array.elements is 0";
    if (key == "format.scale_history" || key == "format.scale_margin") return "format.scale_rule is current";
    if (!widths::is_lns(d_)) return "format.kind is " + format_name(d_.format.kind);
    if (key == "format.seed") return "format.rounding is not stochastic";
    if (d_.datapath.style == ConversionStyle::kPerElement) return "datapath.style is per_element";
    return "datapath.lut_bits is 0";
  }

  void check_format() const {
    const Format& f = d_.format;
    if ((f.kind == FormatKind::kInt8 || widths::is_fp8(d_)) && f.bits != 8) {
      fail("format.bits", "format.bits is " + std::to_string(f.bits) + " but format.kind " +
                              format_name(f.kind) + " has 8 bits; write 8");
    }
    if (f.kind != FormatKind::kLns &&
        (d_.update.kind == UpdateKind::kMadam || d_.update.kind == UpdateKind::kRounded)) {
      fail("update.kind", std::string("update.kind ") + kind_name(d_.update.kind) +
                              " works on logarithms and needs format.kind lns; write update.kind host");
    }
    if (f.kind != FormatKind::kLns && f.kind != FormatKind::kInt8 && d_.update.kind != UpdateKind::kHost) {
      fail("update.kind",
           "format.kind " + format_name(f.kind) + " keeps its weights on the host; write update.kind host");
    }
    const UpdateKind update = d_.update.kind;
    if (f.scale_group != ScaleGroup::kTensor && update != UpdateKind::kMadam && update != UpdateKind::kHost) {
      const std::string group = f.scale_group == ScaleGroup::kChannel ? "channel" : "vector";
      fail("format.scale_group", "format.scale_group " + group + " does not go with update.kind " +
                                     kind_name(update) +
                                     ", whose weights have one scale a tensor; write scale_group tensor, or "
                                     "update.kind madam or host");
    }
    if (f.kind == FormatKind::kLns && f.gamma_log2 >= f.bits - 1) {
      fail("format.gamma_log2", "format.gamma_log2 " + std::to_string(f.gamma_log2) +
                                    " leaves less than one octave of range in format.bits " +
                                    std::to_string(f.bits) + "; it may be at most " +
                                    std::to_string(f.bits - 2));
    }
  }

  void check_vector() const {
    const auto vector = static_cast<unsigned>(d_.datapath.vector);
    if (std::has_single_bit(vector)) return;
    fail("datapath.vector", "datapath.vector " + std::to_string(vector) + " is no power of two; write " +
                                std::to_string(std::bit_floor(vector)) + " or " +
                                std::to_string(std::bit_ceil(vector)));
  }

  void check_lanes() const {
    const Datapath& p = d_.datapath;
    if (p.lanes % d_.post_processor.lanes != 0) {
      fail("post_processor.lanes",
           "datapath.lanes " + std::to_string(p.lanes) + " is no multiple of post_processor.lanes " +
               std::to_string(d_.post_processor.lanes) + "; write a divisor of " + std::to_string(p.lanes));
    }
    if (widths::lane_latency(d_) < 1) {
      fail("pipeline.multiply",
           "a lane needs at least one register; pipeline.multiply, convert, reduce and scale add up to 0 in "
           "this "
           "design: set one of them to 1");
    }
  }

  void check_conversion() const {
    const Datapath& p = d_.datapath;
    if (widths::bin_bits(d_) > d_.format.gamma_log2) {
      fail("datapath.lut_bits", "datapath.lut_bits " + std::to_string(p.lut_bits) +
                                    " is above format.gamma_log2 " + std::to_string(d_.format.gamma_log2) +
                                    ", the number of remainder bits; write at most " +
                                    std::to_string(d_.format.gamma_log2));
    }
    if (widths::term_shift(d_) < 0) {
      const int most = p.term_bits + widths::term_shift(d_);
      fail("datapath.term_bits", "datapath.term_bits " + std::to_string(p.term_bits) +
                                     " is finer than the smallest product of this format; write at most " +
                                     std::to_string(most));
    }
    if (widths::scaled_sum_bits(d_) > 63) {
      fail("datapath.const_bits", "the sum over the bins needs " +
                                      std::to_string(widths::scaled_sum_bits(d_)) +
                                      " bits, more than 63; lower datapath.const_bits, datapath.term_bits or "
                                      "datapath.vector");
    }
  }

  void check_thresholds() const {
    const int least = d_.format.gamma_log2 + 2;  // fewer could not tell neighbouring thresholds apart
    if (d_.post_processor.compare_bits >= least) return;
    fail("post_processor.compare_bits",
         "post_processor.compare_bits " + std::to_string(d_.post_processor.compare_bits) + " cannot tell 2^" +
             std::to_string(d_.format.gamma_log2) + " codes of an octave apart; write at least " +
             std::to_string(least));
  }

  void check_update_word() const {
    const Update& u = d_.update;
    if (u.kind != UpdateKind::kIntegerMadam && u.bits < d_.format.bits) {
      fail("update.bits", "update.bits " + std::to_string(u.bits) + " is below format.bits " +
                              std::to_string(d_.format.bits) + "; write at least " +
                              std::to_string(d_.format.bits));
    }
  }

  void check_update() const {
    const Update& u = d_.update;
    if (u.v_fraction <= d_.format.gamma_log2) {
      fail("update.v_fraction", "update.v_fraction " + std::to_string(u.v_fraction) +
                                    " must be above format.gamma_log2 " +
                                    std::to_string(d_.format.gamma_log2) + "; write at least " +
                                    std::to_string(d_.format.gamma_log2 + 1));
    }
    // A gradient exponent has 16 bits: twice its logarithm must fit 32.
    if (u.v_fraction > d_.format.gamma_log2 + 14) {
      fail("update.v_fraction",
           "update.v_fraction " + std::to_string(u.v_fraction) + " is more than 14 above " +
               "format.gamma_log2 " + std::to_string(d_.format.gamma_log2) +
               ", too wide for the unit; write at most " + std::to_string(d_.format.gamma_log2 + 14));
    }
    if (u.v_bits - u.v_fraction < 6) {
      fail("update.v_bits",
           "update.v_bits " + std::to_string(u.v_bits) + " leaves " +
               std::to_string(u.v_bits - u.v_fraction) +
               " whole bits above update.v_fraction, too few for the range of gradients; write at "
               "least " +
               std::to_string(u.v_fraction + 6));
    }
    check_decay();
    if (u.round_first && !(u.bound >= 1 && u.bound <= kMostRoundedGradient)) {
      fail("update.bound", "update.bound " + config::real_node(u.bound).text +
                               " does not go with update.round_first, whose table holds whole |g*| of 1 to " +
                               std::to_string(kMostRoundedGradient) + "; write a bound of that range");
    }
  }

  void check_array() const {
    const MemoryParameters& m = d_.memory;
    if (m.dram_bits % 8 != 0) {
      fail("memory.dram_bits", "memory.dram_bits " + std::to_string(m.dram_bits) +
                                   " is no whole number of bytes; write a multiple of 8");
    }
    const int elements = d_.array.elements, groups = widths::drain_groups(d_);
    check_bank("memory.a_words", m.a_words, 2, elements * d_.datapath.lanes, "one vector of every lane");
    check_bank("memory.b_words", m.b_words, 2, d_.collector.entries, "one tile's vectors of one k");
    check_bank("memory.side_words", m.side_words, 4, elements * groups * d_.collector.entries,
               "one tile's masks");
    check_bank("memory.side_words", m.side_words, 4, elements * (1 + 2 * groups),
               "a job, biases and row scales of every element");
    check_bank("memory.out_words", m.out_words, 2, elements * groups * d_.collector.entries,
               "one tile's outputs");
    // Random bits are chosen by the place in a job's product, or of a weight in an update job.
    if (elements > 1 && (widths::is_stochastic(d_) || widths::stochastic_update(d_))) {
      fail("array.elements",
           "array.elements " + std::to_string(elements) +
               " splits products and updates, and with stochastic rounding their random bits are chosen by "
               "places in the whole; write 1, or round to the nearest");
    }
  }

  void check_bank(const char* key, int words, int parts, int least, const std::string& what) const {
    if (words / parts >= least) return;
    fail(key, std::string(key) + " " + std::to_string(words) + " in " + std::to_string(parts) +
                  " parts does not hold " + what + ", " + std::to_string(least) + " words; write at least " +
                  std::to_string(parts * least));
  }

  /// A decay that is rounded away is none.
  void check_decay() const {
    const Update& u = d_.update;
    const int most = widths::moment_sum_fraction(d_);
    if (fixed_log2(u.beta, most) != 0) return;
    const std::string beta = "log2 of update.beta " + config::real_node(u.beta).text + " rounds to 0 with ";
    if (widths::stochastic_moment(d_)) {
      fail("update.beta", beta + std::to_string(most) +
                              " fraction bits: the second moment would never decay; lower update.beta");
    }
    int fraction = most;
    while (fixed_log2(u.beta, fraction) == 0) ++fraction;
    fail("update.beta",
         beta + "update.v_fraction " + std::to_string(most) +
             ": the second moment would never decay; lower update.beta or write " +
             (fraction <= kLargestFraction ? "update.v_fraction " + std::to_string(fraction) + " or more"
                                           : "update.v_rounding stochastic"));
  }

  static constexpr int kLargestFraction = 16;  // of update.v_fraction

  const Design& d_;
  const config::Document& document_;
};

}  // namespace

void check_design(const Design& design, const config::Document& document) { Checker(design, document).run(); }

}  // namespace napier

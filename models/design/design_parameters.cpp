// Each parameter of a design, declared once. Parsing, `napier explain`, docs/formats/design.md and
// configs/schema/design.schema.json follow from this file.
#include "models/design/design_file.hpp"

namespace napier {
namespace {

using config::Group;

void declare_format(Group<Format> g) {
  g.choice<FormatKind>(
      "kind", &Format::kind,
      {{FormatKind::kLns, "lns", "sign and logarithm: value = +-S * 2^((e - E)/gamma)"},
       {FormatKind::kInt8, "int8", "baseline: two's complement integers -127..127"},
       {FormatKind::kFp32, "fp32", "baseline for training only: no datapath"},
       {FormatKind::kFp16, "fp16", "baseline for training only: IEEE 754 binary16, FP32 sums"},
       {FormatKind::kBf16, "bf16", "baseline for training only: bfloat16, FP32 sums"},
       {FormatKind::kFp8E4m3, "fp8_e4m3", "baseline: OCP FP8, products summed as integers"},
       {FormatKind::kFp8E5m2, "fp8_e5m2", "baseline: OCP FP8, products summed as integers"},
       {FormatKind::kMxfp8, "mxfp8", "baseline for training only: OCP MX, blocks of 32 E4M3"},
       {FormatKind::kMxfp4, "mxfp4", "baseline for training only: OCP MX, blocks of 32 E2M1"},
       {FormatKind::kNvfp4, "nvfp4", "baseline for training only: blocks of 16 E2M1 with an E4M3 scale"}},
      "Number format of all matrix products' operands");
  g.integer("bits", &Format::bits, {4, 8}, "bits", "Word width B, sign included");
  g.integer("gamma_log2", &Format::gamma_log2, {0, 5}, "", "b: gamma = 2^b exponent codes per octave");
  g.choice<ZeroCode>("zero", &Format::zero,
                     {{ZeroCode::kReserved, "reserved", "exponent code 0 is exactly zero"},
                      {ZeroCode::kNone, "none", "no zero: code 0 is the smallest magnitude"}},
                     "Meaning of exponent code 0");
  g.choice<Rounding>(
      "rounding", &Format::rounding,
      {{Rounding::kLogNearest, "log_nearest", "thresholds halfway between codes: 2^((r+1/2)/gamma)"},
       {Rounding::kLinearNearest, "linear_nearest", "thresholds halfway between values"},
       {Rounding::kStochastic, "stochastic", "at random, so that the expected value is the number itself"}},
      "Where a number between two codes goes");
  g.integer("seed", &Format::seed, {0, UINT32_MAX}, "", "Seed of stochastic rounding");
  g.choice<ScaleGrid>("scale_grid", &Format::scale_grid,
                      {{ScaleGrid::kGamma, "gamma", "S = 2^(k/gamma), any integer k"},
                       {ScaleGrid::kPowerOfTwo, "power_of_two", "S = 2^(k/gamma), k a multiple of gamma"}},
                      "Scales a tensor may have");
  g.choice<ScaleGroup>("scale_group", &Format::scale_group,
                       {{ScaleGroup::kTensor, "tensor", "one scale for all words of a tensor"},
                        {ScaleGroup::kChannel, "channel", "weights have a scale for each output channel"},
                        {ScaleGroup::kVector, "vector",
                         "weights have a scale for each vector of K that a lane multiplies at once"}},
                       "Which words share a scale");
  g.choice<ScaleRule>(
      "scale_rule", &Format::scale_rule,
      {{ScaleRule::kCurrent, "current", "from the tensor's own largest magnitude"},
       {ScaleRule::kDelayed, "delayed", "from the largest magnitudes of earlier steps: one pass"},
       {ScaleRule::kStatic, "static", "from the largest magnitudes of the first steps, then kept"}},
      "How a tensor's scale is chosen");
  g.integer("scale_history", &Format::scale_history, {1, 1024}, "steps",
            "Steps that the delayed rule looks back on; steps after which the static rule keeps its scale");
  g.integer("scale_margin", &Format::scale_margin, {0, 8}, "octaves",
            "Room that the delayed and static rules leave above the largest remembered magnitude");
}

void declare_datapath(Group<Datapath> g) {
  g.integer("lanes", &Datapath::lanes, {1, 256}, "lanes",
            "Lanes that share one B vector, each with its own A vector");
  g.integer("vector", &Datapath::vector, {1, 256}, "pairs",
            "Operand pairs a lane multiplies and sums in a cycle, a power of two");
  g.choice<ConversionStyle>(
      "style", &Datapath::style,
      {{ConversionStyle::kPerElement, "per_element", "each product through a constant and a shifter"},
       {ConversionStyle::kBinned, "binned", "products shifted, summed by remainder, one constant a bin"},
       {ConversionStyle::kSplitSign, "split_sign", "as binned, positive and negative terms summed apart"}},
      "How products become integers");
  g.integer("lut_bits", &Datapath::lut_bits, {0, 5}, "bits",
            "Remainder bits that choose a bin (binned, split_sign); the others follow Mitchell's rule");
  g.integer("const_bits", &Datapath::const_bits, {2, 24}, "bits",
            "Fraction bits CF of the constants 2^(r/gamma)");
  g.integer("term_bits", &Datapath::term_bits, {2, 30}, "bits",
            "F: bits of a product's integer term below the top octave");
  g.choice<TermRounding>("term_rounding", &Datapath::term_rounding,
                         {{TermRounding::kTruncate, "truncate", "bits below the term are dropped"},
                          {TermRounding::kHalfUp, "half_up", "half a unit is added to the magnitude first"}},
                         "What happens to the bits of a product below its term");
  g.integer("accumulator_bits", &Datapath::accumulator_bits, {8, 32}, "bits",
            "Width A of a partial sum, signed");
  g.choice<Overflow>("overflow", &Datapath::overflow,
                     {{Overflow::kSaturate, "saturate", "keep the largest or smallest value"},
                      {Overflow::kWrap, "wrap", "keep the low bits"}},
                     "What a partial sum does that does not fit; counted either way");
}

void declare_update(Group<Update> g) {
  g.choice<UpdateKind>(
      "kind", &Update::kind,
      {{UpdateKind::kMadam, "madam", "multiplicative, in the log domain, on the accelerator"},
       {UpdateKind::kHost, "host", "weights live on the host, in update.master"},
       {UpdateKind::kRounded, "rounded", "the host's rule, each step rounded to LNS words of update.bits"},
       {UpdateKind::kIntegerMadam, "integer_madam",
        "Bernstein et al. 2020: w = +-3 RMS exp(-0.001 k), k an integer of update.bits - 1 bits"}},
      "Who updates the weights, and how they are kept");
  g.integer("bits", &Update::bits, {4, 16}, "bits",
            "Width B_U of a stored weight, sign included (madam, rounded, integer_madam)");
  g.choice<UpdateRounding>(
      "rounding", &Update::rounding,
      {{UpdateRounding::kNearest, "nearest", "to the nearest"},
       {UpdateRounding::kStochastic, "stochastic", "up or down at random, so that the mean is exact"}},
      "Rounding of Madam's integer step (madam) or of the new weight (rounded)");
  g.boolean("round_first", &Update::round_first,
            "Round |g*| to a whole number before the learning rate (madam): below 1/2 nothing moves");
  g.integer("seed", &Update::seed, {0, UINT32_MAX}, "", "Seed of stochastic rounding");
  g.integer("lanes", &Update::lanes, {1, 64}, "lanes", "Weights updated each cycle");
  g.integer("v_bits", &Update::v_bits, {10, 28}, "bits",
            "Width of log2 v, v the second moment, signed fixed point");
  g.integer("v_fraction", &Update::v_fraction, {4, 16}, "bits", "Fraction bits of log2 v");
  g.choice<UpdateRounding>("v_rounding", &Update::v_rounding,
                           {{UpdateRounding::kNearest, "nearest", "each addend to the nearest"},
                            {UpdateRounding::kStochastic, "stochastic",
                             "the sum up or down at random, so that a coarse log2 v decays in the mean"}},
                           "Rounding of log2 v");
  g.real("beta", &Update::beta, {.min = 0, .max = 1, .above = true, .below = true}, "",
         "Decay of the second moment each step");
  g.real("bound", &Update::bound, {.min = 0, .max = 1000, .above = true}, "", "Largest |g*| = |g| / sqrt(v)");
  g.choice<MasterFormat>("master", &Update::master,
                         {{MasterFormat::kFp32, "fp32", "IEEE 754 binary32"},
                          {MasterFormat::kBf16, "bf16", "bfloat16"},
                          {MasterFormat::kFp16, "fp16", "IEEE 754 binary16"}},
                         "Format the host keeps weights in from step to step (host)");
  g.choice<MasterRounding>("master_rounding", &Update::master_rounding,
                           {{MasterRounding::kNearest, "nearest", "to the nearest, ties to even"},
                            {MasterRounding::kStochastic, "stochastic",
                             "at random, so that the expected value is the number itself"},
                            {MasterRounding::kKahan, "kahan",
                             "to the nearest; what was lost is kept in the same format and added next time"}},
                           "How a moved weight is rounded to update.master");
}

void declare_pipeline(Group<Pipeline> g) {
  g.integer("multiply", &Pipeline::multiply, {0, 8}, "registers",
            "After lns_multiplier, fp_multiplier, or the integer product");
  g.integer("convert", &Pipeline::convert, {0, 8}, "registers", "After lns_to_int or fp_to_int (not int8)");
  g.integer("reduce", &Pipeline::reduce, {0, 8}, "registers", "After bin_adder_tree");
  g.integer("scale", &Pipeline::scale, {0, 8}, "registers", "After constant_scaler, where there is one");
  g.integer("post_process", &Pipeline::post_process, {1, 8}, "registers", "In the post_processor");
  g.integer("update", &Pipeline::update, {1, 8}, "registers", "In madam_update");
}

void declare_array(Group<ArrayParameters> g) {
  g.integer("elements", &ArrayParameters::elements, {0, 64}, "elements",
            "Processing elements that share B vectors; 0: one bare element, without array and memory");
  g.integer("link_bits", &ArrayParameters::link_bits, {8, 8192}, "bits",
            "Bits that each link between global buffer and elements moves in a cycle");
  g.integer("out_queue", &ArrayParameters::out_queue, {2, 65536}, "words",
            "Output words that can wait at each element for the link");
}

void declare_memory(Group<MemoryParameters> g) {
  g.integer("a_words", &MemoryParameters::a_words, {2, 16777216}, "vectors",
            "Vectors in bank a of the global buffer, both halves together");
  g.integer("b_words", &MemoryParameters::b_words, {2, 16777216}, "vectors",
            "Vectors in bank b of the global buffer, both halves together");
  g.integer("side_words", &MemoryParameters::side_words, {4, 16777216}, "words",
            "Words of jobs, biases, row scales, masks and updates in bank side, four quarters together");
  g.integer("out_words", &MemoryParameters::out_words, {2, 16777216}, "words",
            "Words of outputs in bank out, both halves together");
  g.integer("dram_bits", &MemoryParameters::dram_bits, {8, 4096}, "bits",
            "Bits of a beat to or from external memory, whole bytes");
  g.integer("dram_interval", &MemoryParameters::dram_interval, {1, 256}, "cycles",
            "Cycles of the accelerator's clock from one beat to the next");
  g.integer("dram_latency", &MemoryParameters::dram_latency, {1, 4096}, "cycles",
            "Cycles from the request of a beat in an open row to its data");
  g.integer("dram_banks", &MemoryParameters::dram_banks, {1, 256}, "banks", "Banks, each with one open row");
  g.integer("dram_row_beats", &MemoryParameters::dram_row_beats, {1, 65536}, "beats", "Beats of a row");
  g.integer("dram_row_miss", &MemoryParameters::dram_row_miss, {0, 4096}, "cycles",
            "Cycles more for a beat whose row is not open");
}

void declare_design(Group<Design>& design) {
  design.text("name", &Design::name,
              "Name in reports and generated files: a letter, then letters, digits, _ or -");
  declare_format(design.group("format", &Design::format, "Number format of the operands"));
  declare_datapath(
      design.group("datapath", &Design::datapath, "Vector lanes: multiply, convert, sum, accumulate"));
  auto collector = design.group("collector", &Design::collector, "Accumulation collector of each lane");
  collector.integer("entries", &Collector::entries, {1, 1024}, "entries",
                    "Partial sums a lane holds: B vectors streamed past one A tile");
  auto buffers = design.group("buffers", &Design::buffers, "Operand buffers");
  buffers.integer("a_rows", &Buffers::a_rows, {2, 65535}, "rows",
                  "Rows of buffer A, lanes x vector words each; bounds K to rows x vector");
  buffers.integer("b_words", &Buffers::b_words, {2, 65535}, "vectors", "Vectors that buffer B holds");
  auto post = design.group("post_processor", &Design::post_processor, "Accumulators back to operand words");
  post.integer("lanes", &PostProcessorParameters::lanes, {1, 256}, "lanes",
               "Accumulators converted each cycle; divides datapath.lanes");
  post.integer("compare_bits", &PostProcessorParameters::compare_bits, {2, 23}, "bits",
               "Mantissa bits compared with the code thresholds (lns); the rest is dropped");
  declare_update(design.group("update", &Design::update, "Weight update"));
  declare_pipeline(design.group("pipeline", &Design::pipeline, "Registers after each stage"));
  declare_array(design.group("array", &Design::array, "Processing elements and their links"));
  declare_memory(design.group("memory", &Design::memory, "Global buffer and external memory"));
  auto clock = design.group("clock", &Design::clock, "Clock for synthesis and energy");
  clock.real("period_ns", &Clock::period_ns, {.min = 0.05, .max = 1000}, "ns", "Clock period");
}

}  // namespace

const config::Schema<Design>& design_schema() {
  static const config::Schema<Design> schema(
      "design",
      "An accelerator or one processing element: number format, datapath, buffers, weight update, memory",
      declare_design);
  return schema;
}

}  // namespace napier

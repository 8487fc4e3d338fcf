#pragma once
#include <cstdint>
#include <string>

/// The design description: one struct tree that trainer, SystemC model, Verilog generator and cost model
/// all read, so that they cannot disagree about a width. Names, ranges, units and one line of help for
/// each field are declared once, in design_parameters.cpp; relations between fields in design_check.cpp.
namespace napier {

enum class FormatKind { kLns, kInt8, kFp32, kFp16, kBf16, kFp8E4m3, kFp8E5m2, kMxfp8, kMxfp4, kNvfp4 };
enum class ZeroCode { kReserved, kNone };
enum class ScaleGrid { kGamma, kPowerOfTwo };
enum class ScaleGroup { kTensor, kChannel, kVector };
enum class ScaleRule { kCurrent, kDelayed, kStatic };
enum class Rounding { kLogNearest, kLinearNearest, kStochastic };
enum class ConversionStyle { kPerElement, kBinned, kSplitSign };
enum class TermRounding { kTruncate, kHalfUp };
enum class Overflow { kSaturate, kWrap };
enum class UpdateKind { kMadam, kHost, kRounded, kIntegerMadam };
enum class UpdateRounding { kNearest, kStochastic };
enum class MasterFormat { kFp32, kBf16, kFp16 };
enum class MasterRounding { kNearest, kStochastic, kKahan };

/// Number format of the operands (weights, activations, gradients) of all matrix products.
struct Format {
  FormatKind kind = FormatKind::kLns;
  int bits = 8;        ///< word width B, sign included
  int gamma_log2 = 3;  ///< b; gamma = 2^b codes per octave
  ZeroCode zero = ZeroCode::kReserved;
  Rounding rounding = Rounding::kLogNearest;
  std::uint32_t seed = 1;  ///< of stochastic rounding
  ScaleGrid scale_grid = ScaleGrid::kGamma;
  ScaleGroup scale_group = ScaleGroup::kTensor;
  ScaleRule scale_rule = ScaleRule::kDelayed;
  int scale_history = 16;  ///< steps whose maxima count: the last ones (delayed), the first ones (static)
  int scale_margin = 1;    ///< octaves that delayed and static leave above the largest remembered magnitude
};

/// One lane multiplies `vector` pairs a cycle and sums them exactly; `lanes` lanes share the B operand.
struct Datapath {
  int lanes = 32;
  int vector = 32;
  ConversionStyle style = ConversionStyle::kBinned;
  int lut_bits = 3;    ///< remainder bits that choose a bin (binned, split_sign)
  int const_bits = 8;  ///< fraction bits CF of the constants 2^(r/gamma)
  int term_bits = 16;  ///< F: bits of a term below the top octave
  TermRounding term_rounding = TermRounding::kTruncate;
  int accumulator_bits = 24;
  Overflow overflow = Overflow::kSaturate;
};

struct Collector {
  int entries = 16;  ///< partial sums a lane holds: B vectors streamed past one A tile
};

struct Buffers {
  int a_rows = 128;   ///< rows of buffer A; a row holds lanes x vector words
  int b_words = 256;  ///< vectors that buffer B holds
};

struct PostProcessorParameters {
  int lanes = 8;          ///< accumulators converted each cycle; divides datapath.lanes
  int compare_bits = 10;  ///< mantissa bits compared with the thresholds
};

/// Largest whole |g*| of update.round_first.
inline constexpr int kMostRoundedGradient = 64;

/// How weights are kept and moved: by Madam's update unit, or outside the datapath.
struct Update {
  UpdateKind kind = UpdateKind::kMadam;
  int bits = 16;                                       ///< B_U, sign included
  UpdateRounding rounding = UpdateRounding::kNearest;  ///< of Madam's step, or of a rounded weight
  bool round_first = false;  ///< Madam's unit: |g*| becomes a whole number before the learning rate
  std::uint32_t seed = 1;    ///< of stochastic rounding
  int lanes = 8;             ///< weights updated each cycle
  int v_bits = 22;           ///< width of log2 v, a signed fixed-point number
  int v_fraction = 14;       ///< fraction bits of log2 v
  UpdateRounding v_rounding = UpdateRounding::kNearest;       ///< of log2 v
  double beta = 0.999;                                        ///< decay of the second moment
  double bound = 10.0;                                        ///< largest |g*|
  MasterFormat master = MasterFormat::kFp32;                  ///< of the host's weights
  MasterRounding master_rounding = MasterRounding::kNearest;  ///< of a moved weight to `master`
};

/// Registers after each stage. A lane needs at least one in total.
struct Pipeline {
  int multiply = 1;
  int convert = 1;
  int reduce = 1;
  int scale = 1;
  int post_process = 2;
  int update = 4;
};

/// Processing elements that share operands, and the links between them and the global buffer.
struct ArrayParameters {
  int elements = 0;     ///< 0: the bare processing element, without array and memory
  int link_bits = 256;  ///< bits that each link moves in a cycle
  int out_queue = 64;   ///< output words that wait at each element
};

/// The global buffer's four banks and the external memory behind them.
struct MemoryParameters {
  int a_words = 16384;       ///< vectors in bank a
  int b_words = 16384;       ///< vectors in bank b
  int side_words = 4096;     ///< words of jobs, biases, masks, row scales and updates in bank side
  int out_words = 4096;      ///< words of outputs in bank out
  int dram_bits = 64;        ///< bits of a beat
  int dram_interval = 1;     ///< cycles a beat, clock ratio included
  int dram_latency = 40;     ///< cycles from a read's request to its data in an open row
  int dram_banks = 8;        ///< banks, each with one open row
  int dram_row_beats = 256;  ///< beats of a row
  int dram_row_miss = 20;    ///< cycles more where another row must be opened
};

struct Clock {
  double period_ns = 20.0;  ///< clock period for synthesis and energy
};

struct Design {
  std::string name = "unnamed";
  Format format;
  Datapath datapath;
  Collector collector;
  Buffers buffers;
  PostProcessorParameters post_processor;
  Update update;
  Pipeline pipeline;
  ArrayParameters array;
  MemoryParameters memory;
  Clock clock;
};

}  // namespace napier

#include "models/gemm/gemm.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "models/gemm/convolution_rows.hpp"
#include "models/gemm/fp8_gemm.hpp"
#include "models/gemm/kernel.hpp"
#include "models/gemm/magnitude_bound.hpp"

namespace napier {
namespace {

/// Columns of one piece of work: its accumulators stay in the first-level cache.
constexpr int kColumnBlock = 128;

/// Columns whose loud operands are one piece of work.
constexpr int kLoudColumns = 16;

/// Bytes of packed columns that are multiplied before the next are packed.
constexpr std::size_t kStripe = std::size_t{1} << 19;

/// Share of B's operands up to which the loud are handled apart. One of them costs as much as a plane does
/// for ten operands.
constexpr double kLoudShare = 1.0 / 12;

/// Rows of A and of B from which on looking for loud operands pays.
constexpr int kLoudRowsA = 64, kLoudRowsB = 128;

std::optional<ProductTable> make_table(const Design& design) {
  if (design.format.kind != FormatKind::kLns) return std::nullopt;
  return ProductTable(design);
}

const gemm::Kernel& choose(const Design& design, const ProductTable* table, std::string wanted) {
  const char* forced = std::getenv("NAPIER_KERNEL");
  if (wanted.empty() && forced != nullptr) wanted = forced;
  std::string names;
  for (const gemm::Kernel& kernel : gemm::kernels(design.format.kind)) {
    if (!kernel.accepts(design, table)) continue;
    if (wanted.empty() || kernel.name == wanted) return kernel;
    names += (names.empty() ? "" : ", ") + std::string(kernel.name);
  }
  throw InputError("kernel '" + wanted + "' (NAPIER_KERNEL) does not fit this machine and design '" +
                   design.name + "'; choose one of: " + names);
}

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

void check_size(std::size_t size, std::size_t wanted, const char* what) {
  if (size != wanted) {
    throw InternalError(std::string("matrix product: ") + what + " has " + std::to_string(size) +
                        " elements, not " + std::to_string(wanted));
  }
}

std::int64_t largest_bias(std::span<const std::int32_t> bias, int first, int last) {
  std::int64_t largest = 0;
  if (bias.empty()) return largest;
  for (int i = first; i < last; ++i) {
    largest = std::max(largest, std::abs(std::int64_t{bias[static_cast<std::size_t>(i)]}));
  }
  return largest;
}

}  // namespace

struct Gemm::State {
  Design design;
  const Parallel& threads;
  std::optional<ProductTable> table;
  const gemm::Kernel& kernel;
  gemm::Packer packer;
  gemm::Packer plain_packer;  ///< of the portable kernel
  gemm::MagnitudeBound bound;
  bool wide;
  gemm::LoudTables louds;
  gemm::Packed a, b;
  /// What bounds a panel's accumulators: the largest energy of its rows, the largest bias.
  struct Panel {
    std::uint64_t energy;
    std::int64_t bias;
  };
  std::vector<Panel> panels;  ///< of a
  bool always_fits = false;   ///< whatever the words

  State(const Design& d, const Parallel& t, const std::string& wanted)
      : design(d),
        threads(t),
        table(make_table(d)),
        kernel(choose(d, table ? &*table : nullptr, wanted)),
        packer(d, table && kernel.limit != nullptr ? kernel.limit(*table) : 255),
        plain_packer(d, 255),
        bound(d, table ? &*table : nullptr),
        wide(!gemm::accumulations_fit_32_bits(d, table ? &*table : nullptr)) {
    if (table && kernel.louds != nullptr) louds = kernel.louds(*table);
  }

  /// acc[n][m], bias[m], shifts[m][vector]; see Gemm::operator().
  std::int64_t multiply(const Rows& a_rows, const Rows& b_rows, std::span<const std::int32_t> bias,
                        std::span<std::int32_t> acc, std::span<const Word> shifts);
  std::int64_t multiply(const ConvolutionProduct& p, std::span<const std::int32_t> bias,
                        std::span<std::int32_t> acc, std::span<const Word> shifts);

 private:
  /// Columns of one stripe that are worked on together.
  struct Block {
    int begin, end;                            ///< of the stripe's columns
    std::vector<std::uint8_t> can_overflow{};  ///< by panel
    bool quiet = false;  ///< in panels that cannot overflow, loud operands are handled apart
  };
  std::vector<Block> blocks_of(const gemm::Packer& packing, int columns, int k) const;
  /// Whether columns begin .. end-1 of the packed stripe hold few enough loud operands.
  bool few_louds(const gemm::Packer& packing, int begin, int end) const;
  void add_louds(const std::vector<Block>& blocks, int m, std::span<const std::int32_t> bias,
                 std::span<std::int32_t> acc) const;

  /// Columns whose packed words stay in the second-level cache.
  int columns_at_once(int k) const {
    const std::size_t blocks =
        kStripe / (packer.row_size(std::max(k, 1)) * sizeof(std::uint32_t) * kColumnBlock);
    return kColumnBlock * static_cast<int>(std::clamp<std::size_t>(blocks, 1, 1024));
  }
};

bool Gemm::State::few_louds(const gemm::Packer& packing, int begin, int end) const {
  if (!packing.wants_louds()) return false;
  std::size_t count = 0;
  for (int n = begin; n < end; ++n) count += b.louds[static_cast<std::size_t>(n)].count;
  return static_cast<double>(count) <=
         kLoudShare * static_cast<double>(area(end - begin, b.groups * gemm::kLnsGroup));
}

std::vector<Gemm::State::Block> Gemm::State::blocks_of(const gemm::Packer& packing, int columns,
                                                       int k) const {
  std::vector<Block> blocks;
  for (int begin = 0; begin < columns; begin += kColumnBlock) {
    Block& block = blocks.emplace_back(Block{begin, std::min(columns, begin + kColumnBlock)});
    const std::uint64_t energy =
        *std::max_element(b.energies.begin() + begin, b.energies.begin() + block.end);
    for (const Panel& panel : panels) {
      const bool holds = always_fits || bound.holds(k, panel.energy, energy, panel.bias);
      block.can_overflow.push_back(holds ? 0 : 1);
      block.quiet = block.quiet || holds;
    }
    block.quiet = block.quiet && few_louds(packing, begin, block.end);
  }
  return blocks;
}

/// acc of quiet blocks' columns = bias + what loud operands miss.
void Gemm::State::add_louds(const std::vector<Block>& blocks, int m, std::span<const std::int32_t> bias,
                            std::span<std::int32_t> acc) const {
  constexpr int kPieces = kColumnBlock / kLoudColumns;
  threads.for_each(static_cast<int>(blocks.size()) * kPieces, [&](int i) {
    const Block& block = blocks[static_cast<std::size_t>(i / kPieces)];
    if (!block.quiet) return;
    const int begin = block.begin + i % kPieces * kLoudColumns;
    for (int n = begin; n < std::min(block.end, begin + kLoudColumns); ++n) {
      gemm::add_louds_avx512(louds, b.louds[static_cast<std::size_t>(n)].all(), a.codes.data(), m,
                             bias.empty() ? nullptr : bias.data(), acc.data() + area(n, m));
    }
  });
}

std::int64_t Gemm::State::multiply(const Rows& a_rows, const Rows& b_rows, std::span<const std::int32_t> bias,
                                   std::span<std::int32_t> acc, std::span<const Word> shifts) {
  const int m = a_rows.rows(), n = b_rows.rows();
  check_size(acc.size(), area(n, m), "acc");
  if (!bias.empty()) check_size(bias.size(), area(m, 1), "bias");
  const int k = a_rows.length();
  const int vectors = widths::vectors_of(design, k);
  if (!shifts.empty()) check_size(shifts.size(), area(m, vectors), "vector shifts");
  const gemm::Kernel& used = shifts.empty() ? kernel : gemm::kernels(design.format.kind).back();
  gemm::Packer& packing = shifts.empty() ? packer : plain_packer;
  always_fits = bound.holds(k, largest_bias(bias, 0, m));
  packing.want_energies(!always_fits);
  packing.want_louds(shifts.empty() && m >= kLoudRowsA && n >= kLoudRowsB ? louds.count : 0);
  packing.pack_a(a_rows, threads, a);
  panels.clear();
  for (int first = 0; first < m; first += gemm::kPanel) {
    const auto energies = a.energies.begin() + first;
    panels.push_back({*std::max_element(energies, energies + gemm::kPanel),
                      largest_bias(bias, first, std::min(m, first + gemm::kPanel))});
  }
  std::atomic<std::int64_t> overflows = 0;
  const int stripe = columns_at_once(k);
  for (int first = 0; first < n; first += stripe) {
    const int last = std::min(n, first + stripe);
    packing.pack_b(b_rows, first, last, threads, b);
    const std::vector<Block> blocks = blocks_of(packing, last - first, k);
    const std::span stripe_acc = acc.subspan(area(first, m));
    if (packing.wants_louds()) add_louds(blocks, m, bias, stripe_acc);
    const int count = static_cast<int>(blocks.size());
    threads.for_each(static_cast<int>(panels.size()) * count, [&](int i) {
      const int panel = i / count;
      const int first_row = panel * gemm::kPanel;
      const Block& block = blocks[static_cast<std::size_t>(i % count)];
      const bool can_overflow = block.can_overflow[static_cast<std::size_t>(panel)] != 0;
      const gemm::Tile tile{
          .table = table ? &*table : nullptr,
          .a = a.words.data() + area(first_row, a.groups * a.parts),
          .b = b.words.data(),
          .groups = a.groups,
          .groups_per_vector = a.groups_per_vector,
          .rows = std::min(gemm::kPanel, m - first_row),
          .shifts = shifts.empty() ? nullptr : shifts.data() + area(first_row, vectors),
          .shift_stride = vectors,
          .bias = bias.empty() ? nullptr : bias.data() + first_row,
          .acc = stripe_acc.data() + first_row,
          .acc_stride = m,
          .n_begin = block.begin,
          .n_end = block.end,
          .accumulator_bits = design.datapath.accumulator_bits,
          .overflow = design.datapath.overflow,
          .can_overflow = can_overflow,
          .wide = wide,
          .quiet = block.quiet && !can_overflow,
      };
      overflows += used.run(tile);
    });
  }
  return overflows;
}

std::int64_t Gemm::State::multiply(const ConvolutionProduct& p, std::span<const std::int32_t> bias,
                                   std::span<std::int32_t> acc, std::span<const Word> shifts) {
  if (p.pads && design.format.kind == FormatKind::kLns && design.format.zero == ZeroCode::kNone) {
    throw InputError("design '" + design.name +
                     "': a convolution with padding, or backwards through a stride, multiplies zeros, which "
                     "format.zero none lacks; write format.zero reserved, or padding 0 and stride 1");
  }
  return multiply(*p.a, *p.b, bias, acc, shifts);
}

Gemm::Gemm(const Design& design, const Parallel& threads, const std::string& kernel) {
  if (widths::is_fp8(design)) {
    fp8_ = std::make_unique<gemm::Fp8Gemm>(design, threads, kernel);
  } else {
    state_ = std::make_unique<State>(design, threads, kernel);
  }
}
Gemm::~Gemm() = default;
Gemm::Gemm(Gemm&&) noexcept = default;

std::string Gemm::kernel() const {
  if (fp8_) return fp8_->kernel();
  return std::string(state_->kernel.name);
}

std::vector<std::string> Gemm::available(const Design& design) {
  if (widths::is_fp8(design)) return FloatGemm::available(design);
  const std::optional<ProductTable> table = make_table(design);
  std::vector<std::string> names;
  for (const gemm::Kernel& kernel : gemm::kernels(design.format.kind)) {
    if (kernel.accepts(design, table ? &*table : nullptr)) names.emplace_back(kernel.name);
  }
  return names;
}

std::int64_t Gemm::operator()(int m, int n, int k, std::span<const Word> a, std::span<const Word> b,
                              std::span<const std::int32_t> bias, std::span<std::int32_t> acc,
                              std::span<const Word> vector_shifts) {
  check_size(a.size(), area(m, k), "a");
  check_size(b.size(), area(n, k), "b");
  const MatrixRows left(m, k, a), right(n, k, b);
  return fp8_ ? (*fp8_)(left, right, bias, acc) : state_->multiply(left, right, bias, acc, vector_shifts);
}

std::int64_t Gemm::forward(const Convolution& shape, std::span<const Word> w, std::span<const Word> x,
                           std::span<const std::int32_t> bias, std::span<std::int32_t> acc,
                           std::span<const Word> vector_shifts) {
  const ConvolutionProduct p = forward_product(shape, w, x);
  return fp8_ ? (*fp8_)(*p.a, *p.b, bias, acc) : state_->multiply(p, bias, acc, vector_shifts);
}

std::int64_t Gemm::input_gradient(const Convolution& shape, std::span<const Word> w, std::span<const Word> dy,
                                  std::span<std::int32_t> acc) {
  const ConvolutionProduct p = input_gradient_product(shape, w, dy);
  return fp8_ ? (*fp8_)(*p.a, *p.b, {}, acc) : state_->multiply(p, {}, acc, {});
}

std::int64_t Gemm::weight_gradient(const Convolution& shape, std::span<const Word> x,
                                   std::span<const Word> dy, std::span<std::int32_t> acc) {
  const ConvolutionProduct p =
      weight_gradient_product(shape, x, dy, fp8_ ? fp8_->threads() : state_->threads);
  return fp8_ ? (*fp8_)(*p.a, *p.b, {}, acc) : state_->multiply(p, {}, acc, {});
}

}  // namespace napier

#include "models/gemm/gemm.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>

#include "models/base/error.hpp"
#include "models/gemm/kernel.hpp"

namespace napier {
namespace {

/// Columns of one piece of work: its accumulators stay in the first-level cache.
constexpr int kColumnBlock = 128;

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

void check_size(std::size_t size, std::size_t wanted, const char* what) {
  if (size != wanted) {
    throw InternalError(std::string("matrix product: ") + what + " has " + std::to_string(size) +
                        " elements, not " + std::to_string(wanted));
  }
}

}  // namespace

struct Gemm::State {
  Design design;
  const Parallel& threads;
  std::optional<ProductTable> table;
  const gemm::Kernel& kernel;
  gemm::Packer packer;
  gemm::Packed a, b;

  State(const Design& d, const Parallel& t, const std::string& wanted)
      : design(d),
        threads(t),
        table(make_table(d)),
        kernel(choose(d, table ? &*table : nullptr, wanted)),
        packer(d) {}
};

Gemm::Gemm(const Design& design, const Parallel& threads, const std::string& kernel)
    : state_(std::make_unique<State>(design, threads, kernel)) {}
Gemm::~Gemm() = default;
Gemm::Gemm(Gemm&&) noexcept = default;

std::string Gemm::kernel() const { return std::string(state_->kernel.name); }

std::vector<std::string> Gemm::available(const Design& design) {
  const std::optional<ProductTable> table = make_table(design);
  std::vector<std::string> names;
  for (const gemm::Kernel& kernel : gemm::kernels(design.format.kind)) {
    if (kernel.accepts(design, table ? &*table : nullptr)) names.emplace_back(kernel.name);
  }
  return names;
}

std::int64_t Gemm::operator()(int m, int n, int k, std::span<const Word> a, std::span<const Word> b,
                              std::span<const std::int32_t> bias, std::span<std::int32_t> acc) {
  const auto size = [](int rows, int columns) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  };
  check_size(a.size(), size(m, k), "a");
  check_size(b.size(), size(n, k), "b");
  check_size(acc.size(), size(n, m), "acc");
  if (!bias.empty()) check_size(bias.size(), size(m, 1), "bias");

  State& s = *state_;
  s.packer.pack_a(a, m, k, s.threads, s.a);
  s.packer.pack_b(b, n, k, s.threads, s.b);
  const int panels = (m + gemm::kPanel - 1) / gemm::kPanel;
  const int blocks = (n + kColumnBlock - 1) / kColumnBlock;
  std::atomic<std::int64_t> overflows = 0;
  s.threads.for_each(panels * blocks, [&](int i) {
    const int first_row = i / blocks * gemm::kPanel;
    const int first_column = i % blocks * kColumnBlock;
    const std::size_t a_offset = size(first_row, s.a.groups);
    const gemm::Tile tile{
        .table = s.table ? &*s.table : nullptr,
        .a = s.a.words.data() + a_offset,
        .a_sign = s.a.signs.empty() ? nullptr : s.a.signs.data() + a_offset,
        .b = s.b.words.data(),
        .b_sign = s.b.signs.empty() ? nullptr : s.b.signs.data(),
        .groups = s.a.groups,
        .groups_per_vector = s.a.groups_per_vector,
        .rows = std::min(gemm::kPanel, m - first_row),
        .bias = bias.empty() ? nullptr : bias.data() + first_row,
        .acc = acc.data() + first_row,
        .acc_stride = m,
        .n_begin = first_column,
        .n_end = std::min(n, first_column + kColumnBlock),
        .accumulator_bits = s.design.datapath.accumulator_bits,
        .overflow = s.design.datapath.overflow,
    };
    overflows += s.kernel.run(tile);
  });
  return overflows;
}

}  // namespace napier

#include "cost/units/sampling.hpp"

#include <algorithm>

#include "models/design/widths.hpp"

namespace napier::cost {
namespace {

/// splitmix64: a fixed scrambling of its argument.
std::uint64_t scramble(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::vector<std::int64_t> sample_places(std::int64_t total, std::int64_t count) {
  count = std::min(total, count);
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t low = total / count * i + total % count * i / count;
    const std::int64_t high = total / count * (i + 1) + total % count * (i + 1) / count;
    const auto slice = static_cast<std::uint64_t>(high - low);
    places.push_back(low + static_cast<std::int64_t>(scramble(static_cast<std::uint64_t>(i)) % slice));
  }
  return places;
}

Tiles::Tiles(const Trace& trace, const Design& design) : trace_(trace), design_(design), first_{0} {
  for (std::size_t g = 0; g < trace.gemms.size(); ++g) {
    const GemmRecord& r = trace.gemms[g];
    first_.push_back(first_.back() +
                     std::int64_t{r.m} * ceil_div(r.n, design.collector.entries) * k_tiles(g));
  }
}

Tile Tiles::operator[](std::int64_t place) const {
  const auto after = std::upper_bound(first_.begin(), first_.end(), place);
  const auto gemm = static_cast<std::size_t>(after - first_.begin() - 1);
  const std::int64_t rest = place - first_[gemm];
  const std::int64_t k = k_tiles(gemm);
  const std::int64_t n = ceil_div(trace_.gemms[gemm].n, design_.collector.entries);
  return {gemm, static_cast<int>(rest / (n * k)), static_cast<int>(rest / k % n), static_cast<int>(rest % k)};
}

int Tiles::k_tiles(std::size_t gemm) const {
  return static_cast<int>(ceil_div(trace_.gemms[gemm].k, design_.datapath.vector));
}

int Tiles::columns(const Tile& tile) const {
  const int n = design_.collector.entries;
  return std::min(n, trace_.gemms[tile.gemm].n - tile.nt * n);
}

std::vector<Word> Tiles::vector(const std::vector<Word>& matrix, std::int64_t row, int k, int kt) const {
  const int v = design_.datapath.vector;
  const int begin = kt * v;
  const int end = std::min(k, begin + v);
  std::vector<Word> words(matrix.begin() + row * k + begin, matrix.begin() + row * k + end);
  words.resize(static_cast<std::size_t>(v), Word{0});
  return words;
}

std::vector<Word> Tiles::a(const Tile& tile) const {
  const GemmRecord& r = trace_.gemms[tile.gemm];
  std::vector<Word> words = vector(r.a, tile.m, r.k, tile.kt);
  if (widths::has_vector_scales(design_)) {
    words.push_back(static_cast<Word>(r.vector_shift(tile.m, k_tiles(tile.gemm), tile.kt)));
  }
  return words;
}

std::vector<Word> Tiles::b(const Tile& tile, int column) const {
  const GemmRecord& r = trace_.gemms[tile.gemm];
  return vector(r.b, std::int64_t{tile.nt} * design_.collector.entries + column, r.k, tile.kt);
}

}  // namespace napier::cost

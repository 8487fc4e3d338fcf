#include "models/workload/address_generator.hpp"

#include "models/workload/checked.hpp"

namespace napier {
namespace {

/// Of all values of the counters that move along one axis of the image: how many lie inside, and how many
/// different coordinates those reach.
struct AxisCount {
  std::int64_t inside = 1, different = 1;
};

/// `step` picks the axis out of a loop. No axis has more than two counters: that of the pixels and that of
/// the kernel.
AxisCount count_axis(const AddressGenerator& g, std::int64_t AddressLoop::*step, std::int64_t origin,
                     std::int64_t size) {
  std::vector<const AddressLoop*> moving;
  for (const auto* loops : {&g.rows, &g.positions}) {
    for (const AddressLoop& loop : *loops) {
      if (loop.*step != 0) moving.push_back(&loop);
    }
  }
  if (moving.empty()) return {};
  if (moving.size() > 2) throw InternalError("three counters move along one axis of an image");
  const std::int64_t outer = moving[0]->extent, outer_step = moving[0]->*step;
  const std::int64_t inner = moving.size() == 2 ? moving[1]->extent : 1;
  const std::int64_t inner_step = moving.size() == 2 ? moving[1]->*step : 0;
  AxisCount count{0, 0};
  std::vector<bool> seen(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < outer; ++i) {
    for (std::int64_t j = 0; j < inner; ++j) {
      const std::int64_t c = origin + i * outer_step + j * inner_step;
      if (c < 0 || c >= size) continue;
      ++count.inside;
      if (!seen[static_cast<std::size_t>(c)]) ++count.different;
      seen[static_cast<std::size_t>(c)] = true;
    }
  }
  return count;
}

/// Of the counters that stay on one pixel: samples, channels, rows of weights.
std::int64_t other_counters(const AddressGenerator& g, const std::string& place) {
  std::int64_t product = 1;
  for (const auto* loops : {&g.rows, &g.positions}) {
    for (const AddressLoop& loop : *loops) {
      if (loop.image_row == 0 && loop.image_column == 0) {
        product = checked_product({product, loop.extent}, place);
      }
    }
  }
  return product;
}

struct Offset {
  std::int64_t address = 0, row = 0, column = 0;
};

Offset offset(const std::vector<AddressLoop>& loops, std::int64_t index) {
  Offset sum;
  for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
    const std::int64_t digit = index % loop->extent;
    index /= loop->extent;
    sum.address += digit * loop->step;
    sum.row += digit * loop->image_row;
    sum.column += digit * loop->image_column;
  }
  return sum;
}

}  // namespace

std::optional<std::int64_t> AddressGenerator::address(std::int64_t row, std::int64_t position) const {
  const Offset r = offset(rows, row), p = offset(positions, position);
  const std::int64_t image_row = origin_row + r.row + p.row;
  const std::int64_t image_column = origin_column + r.column + p.column;
  if (image_row < 0 || image_row >= image_rows || image_column < 0 || image_column >= image_columns) {
    return std::nullopt;
  }
  return base + r.address + p.address;
}

std::int64_t AddressGenerator::fetched(const std::string& place) const {
  const AxisCount down = count_axis(*this, &AddressLoop::image_row, origin_row, image_rows);
  const AxisCount across = count_axis(*this, &AddressLoop::image_column, origin_column, image_columns);
  return checked_product({other_counters(*this, place), down.inside, across.inside}, place);
}

std::int64_t AddressGenerator::distinct(const std::string& place) const {
  const AxisCount down = count_axis(*this, &AddressLoop::image_row, origin_row, image_rows);
  const AxisCount across = count_axis(*this, &AddressLoop::image_column, origin_column, image_columns);
  return checked_product({other_counters(*this, place), down.different, across.different}, place);
}

}  // namespace napier

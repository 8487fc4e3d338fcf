#include "models/workload/workload.hpp"

#include "models/workload/checked.hpp"
#include "models/workload/passes.hpp"

namespace napier {
namespace {

void require_size(std::int64_t value, std::int64_t least, const std::string& what, const std::string& place,
                  std::int64_t most = kLargestSize) {
  if (value >= least && value <= most) return;
  throw InputError(place + ": " + what + " is " + std::to_string(value) + "; legal is " +
                   std::to_string(least) + " to " + std::to_string(most));
}

void require_sizes(const std::vector<std::int64_t>& values, std::size_t count, std::int64_t least,
                   const std::string& what, const std::string& place) {
  if (values.size() != count) {
    throw InputError(place + ": " + what + " has " + std::to_string(values.size()) + " numbers; it needs " +
                     std::to_string(count));
  }
  for (const std::int64_t value : values) require_size(value, least, what, place, kLargestSide);
}

/// Places of a kernel along one axis of the padded image.
std::int64_t places(std::int64_t padded, std::int64_t kernel, std::int64_t dilation, std::int64_t stride,
                    const std::string& axis, const std::string& place) {
  const std::int64_t span = checked_add(checked_product({kernel - 1, dilation}, place), 1, place);
  if (span > padded) {
    throw InputError(place + ": the kernel spans " + std::to_string(span) + " " + axis +
                     ", but the padded image has " + std::to_string(padded) +
                     "; use a smaller kernel or dilation, or more padding");
  }
  return (padded - span) / stride + 1;
}

void check_sizes(const WorkloadLayer& l, const std::string& place) {
  require_size(l.repeat, 1, "repeat", place);
  switch (l.kind) {
    case LayerKind::kLinear:
      require_size(l.inputs, 1, "inputs", place);
      require_size(l.outputs, 1, "outputs", place);
      require_size(l.rows, 1, "rows", place);
      return;
    case LayerKind::kConvolution:
      require_size(l.inputs, 1, "inputs", place);
      require_size(l.outputs, 1, "outputs", place);
      require_size(l.groups, 1, "groups", place);
      require_size(l.images, 1, "images", place);
      require_sizes(l.image, 2, 1, "image", place);
      require_sizes(l.kernel, 2, 1, "kernel", place);
      require_sizes(l.stride, 2, 1, "stride", place);
      require_sizes(l.dilation, 2, 1, "dilation", place);
      require_sizes(l.padding, 4, 0, "padding", place);
      if (l.inputs % l.groups == 0 && l.outputs % l.groups == 0) return;
      throw InputError(place + ": groups is " + std::to_string(l.groups) +
                       ", which divides not both inputs " + std::to_string(l.inputs) + " and outputs " +
                       std::to_string(l.outputs));
    case LayerKind::kProduct:
      require_size(l.count, 1, "count", place);
      require_size(l.m, 1, "m", place);
      require_size(l.n, 1, "n", place);
      require_size(l.k, 1, "k", place);
      return;
  }
}

}  // namespace

ImageSize output_size(const WorkloadLayer& l, const std::string& place) {
  return {places(l.image[0] + l.padding[0] + l.padding[2], l.kernel[0], l.dilation[0], l.stride[0], "rows",
                 place),
          places(l.image[1] + l.padding[1] + l.padding[3], l.kernel[1], l.dilation[1], l.stride[1], "columns",
                 place)};
}

std::int64_t weight_count(const WorkloadLayer& l, const std::string& place) {
  const std::string what = place + ": number of weights";
  if (l.kind == LayerKind::kProduct) return 0;
  if (l.kind == LayerKind::kLinear) return checked_product({l.inputs, l.outputs}, what);
  return checked_product({l.outputs, l.kernel[0], l.kernel[1], l.inputs / l.groups}, what);
}

void check_layer(const WorkloadLayer& l, std::int64_t batch, const std::string& place) {
  check_sizes(l, place);
  require_size(batch, 1, "batch", place);
  weight_count(l, place);
  if (l.kind == LayerKind::kConvolution) {
    const ImageSize out = output_size(l, place);
    const std::string what = place + ": number of pixels";
    checked_product({batch, l.images, l.image[0], l.image[1], l.inputs}, what);
    checked_product({batch, l.images, out.rows, out.columns, l.outputs}, what);
  }
  if (l.kind == LayerKind::kLinear) {
    checked_product({batch, l.rows, l.inputs}, place + ": number of inputs");
    checked_product({batch, l.rows, l.outputs}, place + ": number of outputs");
  }
  for (int pass = 0; pass < kTrainingPasses; ++pass) {
    for (const LayerProduct& p : pass_products(l, static_cast<TrainingPass>(pass), batch)) {
      checked_product({l.repeat, p.count, p.m, p.n, p.k}, place + ": number of multiply-accumulates");
    }
  }
}

std::int64_t forward_macs(const Workload& workload) {
  std::int64_t sum = 0;
  for (const WorkloadLayer& layer : workload.layers) {
    for (const LayerProduct& p : pass_products(layer, TrainingPass::kForward, 1)) {
      sum = checked_add(sum, layer.repeat * p.macs(), "number of multiply-accumulates");
    }
  }
  return sum;
}

std::int64_t weight_count(const Workload& workload) {
  std::int64_t sum = 0;
  for (const WorkloadLayer& layer : workload.layers) {
    const std::int64_t weights = weight_count(layer, "layer " + layer.name);
    sum =
        checked_add(sum, checked_product({layer.repeat, weights}, "number of weights"), "number of weights");
  }
  return sum;
}

}  // namespace napier

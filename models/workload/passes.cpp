#include "models/workload/passes.hpp"

#include <algorithm>

namespace napier {
namespace {

/// A matrix stored as it is read, [rows][positions] or transposed.
AddressGenerator matrix(std::int64_t rows, std::int64_t row_step, std::int64_t positions,
                        std::int64_t position_step) {
  AddressGenerator g;
  g.rows = {{"row", rows, row_step}};
  g.positions = {{"position", positions, position_step}};
  return g;
}

LayerProduct linear_product(const WorkloadLayer& l, TrainingPass pass, std::int64_t batch) {
  const std::int64_t rows = batch * l.rows, inputs = l.inputs, outputs = l.outputs;
  LayerProduct p;
  p.pass = pass;
  switch (pass) {
    case TrainingPass::kForward:
      p.m = outputs, p.n = rows, p.k = inputs;
      p.bias = l.bias;
      p.weights_stay = true;
      p.a_addresses = matrix(outputs, inputs, inputs, 1);
      p.b_addresses = matrix(rows, inputs, inputs, 1);
      break;
    case TrainingPass::kInputGradient:
      p.m = inputs, p.n = rows, p.k = outputs;
      p.a_addresses = matrix(inputs, 1, outputs, inputs);
      p.b_addresses = matrix(rows, outputs, outputs, 1);
      break;
    default:
      p.m = inputs, p.n = outputs, p.k = rows;
      p.a_addresses = matrix(inputs, 1, rows, inputs);
      p.b_addresses = matrix(outputs, 1, rows, outputs);
      break;
  }
  return p;
}

/// Two products of the backward pass of out[n][m] = sum over k of a[m][k] b[n][k].
std::vector<LayerProduct> product_gradients(const WorkloadLayer& l, std::int64_t batch) {
  LayerProduct da, db;
  da.pass = db.pass = TrainingPass::kInputGradient;
  da.count = db.count = batch * l.count;
  da.part = "da";
  da.m = l.k, da.n = l.m, da.k = l.n;
  da.a_addresses = matrix(l.k, 1, l.n, l.k);
  da.b_addresses = matrix(l.m, 1, l.n, l.m);
  db.part = "db";
  db.m = l.k, db.n = l.n, db.k = l.m;
  db.a_addresses = matrix(l.k, 1, l.m, l.k);
  db.b_addresses = matrix(l.n, l.m, l.m, 1);
  return {da, db};
}

LayerProduct forward_product(const WorkloadLayer& l, std::int64_t batch) {
  LayerProduct p;
  p.count = batch * l.count;
  p.m = l.m, p.n = l.n, p.k = l.k;
  p.a_addresses = matrix(l.m, l.k, l.k, 1);
  p.b_addresses = matrix(l.n, l.k, l.k, 1);
  return p;
}

/// The three passes of a convolution. Images are [sample][row][column][channel], weights
/// [output][kernel row][kernel column][input of the group].
class ConvolutionPasses {
 public:
  ConvolutionPasses(const WorkloadLayer& layer, std::int64_t batch)
      : l_(layer),
        batch_(batch * layer.images),
        out_(output_size(layer, "layer " + layer.name)),
        inputs_(layer.inputs / layer.groups),
        outputs_(layer.outputs / layer.groups) {}

  LayerProduct forward() const {
    LayerProduct p = product(TrainingPass::kForward);
    p.m = outputs_, p.n = batch_ * out_.rows * out_.columns, p.k = patch();
    p.bias = l_.bias;
    p.weights_stay = true;
    p.a_addresses = matrix(outputs_, patch(), patch(), 1);
    p.b_addresses = over_input(pixels(), kernel());
    return p;
  }

  LayerProduct weight_gradient() const {
    LayerProduct p = product(TrainingPass::kWeightGradient);
    p.m = patch(), p.n = outputs_, p.k = batch_ * out_.rows * out_.columns;
    p.a_addresses = over_input(kernel(), pixels());
    p.b_addresses = matrix(outputs_, 1, p.k, l_.outputs);
    return p;
  }

  std::vector<LayerProduct> input_gradients() const {
    std::vector<LayerProduct> all;
    for (std::int64_t y = 0; y < std::min(l_.stride[0], l_.image[0]); ++y) {
      for (std::int64_t x = 0; x < std::min(l_.stride[1], l_.image[1]); ++x) {
        const Phase down = phase(0, y), across = phase(1, x);
        if (down.taps > 0 && across.taps > 0) all.push_back(input_gradient(down, across));
      }
    }
    return all;
  }

 private:
  /// Input pixels first, first + stride, ... along one axis, and the places of the kernel that meet an output
  /// there: tap, tap + tap_step, ...
  struct Phase {
    std::int64_t first = 0, pixels = 0;
    std::int64_t tap = 0, tap_step = 1, taps = 0;
    std::int64_t output = 0;       ///< coordinate of the first pixel's output at the first tap
    std::int64_t output_step = 0;  ///< added by each further tap, at most 0
  };

  LayerProduct product(TrainingPass pass) const {
    LayerProduct p;
    p.pass = pass;
    p.count = l_.groups;
    return p;
  }
  std::int64_t patch() const { return l_.kernel[0] * l_.kernel[1] * inputs_; }
  std::int64_t input_row() const { return l_.image[1] * l_.inputs; }

  /// Counters over the output's pixels and over the kernel, as steps through the input.
  std::vector<AddressLoop> pixels() const {
    return {{"sample", batch_, l_.image[0] * input_row()},
            {"output row", out_.rows, l_.stride[0] * input_row(), l_.stride[0], 0},
            {"output column", out_.columns, l_.stride[1] * l_.inputs, 0, l_.stride[1]}};
  }
  std::vector<AddressLoop> kernel() const {
    return {{"kernel row", l_.kernel[0], l_.dilation[0] * input_row(), l_.dilation[0], 0},
            {"kernel column", l_.kernel[1], l_.dilation[1] * l_.inputs, 0, l_.dilation[1]},
            {"input", inputs_, 1}};
  }
  AddressGenerator over_input(std::vector<AddressLoop> rows, std::vector<AddressLoop> positions) const {
    AddressGenerator g;
    g.rows = std::move(rows);
    g.positions = std::move(positions);
    g.base = -l_.padding[0] * input_row() - l_.padding[1] * l_.inputs;
    g.origin_row = -l_.padding[0];
    g.origin_column = -l_.padding[1];
    g.image_rows = l_.image[0];
    g.image_columns = l_.image[1];
    return g;
  }

  /// Pixel p at kernel place t belongs to output (p + padding - t dilation) / stride, where that is whole.
  Phase phase(std::size_t axis, std::int64_t first) const {
    const std::int64_t stride = l_.stride[axis], dilation = l_.dilation[axis], padding = l_.padding[axis];
    Phase result;
    result.first = first;
    result.pixels = (l_.image[axis] - first + stride - 1) / stride;
    std::vector<std::int64_t> taps;
    for (std::int64_t t = 0; t < l_.kernel[axis]; ++t) {
      if ((first + padding - t * dilation) % stride == 0) taps.push_back(t);
    }
    result.taps = static_cast<std::int64_t>(taps.size());
    if (taps.empty()) return result;
    result.tap = taps[0];
    if (taps.size() > 1) result.tap_step = taps[1] - taps[0];
    result.output = (first + padding - result.tap * dilation) / stride;
    result.output_step = -result.tap_step * dilation / stride;
    return result;
  }

  LayerProduct input_gradient(const Phase& down, const Phase& across) const {
    LayerProduct p = product(TrainingPass::kInputGradient);
    if (l_.stride[0] > 1 || l_.stride[1] > 1) {
      p.part = "phase " + std::to_string(down.first) + " " + std::to_string(across.first);
    }
    p.m = inputs_, p.n = batch_ * down.pixels * across.pixels, p.k = down.taps * across.taps * outputs_;
    AddressGenerator& a = p.a_addresses;
    a.rows = {{"input", inputs_, 1}};
    a.positions = {{"kernel row", down.taps, down.tap_step * l_.kernel[1] * inputs_},
                   {"kernel column", across.taps, across.tap_step * inputs_},
                   {"output", outputs_, patch()}};
    a.base = (down.tap * l_.kernel[1] + across.tap) * inputs_;
    AddressGenerator& b = p.b_addresses;
    const std::int64_t output_row = out_.columns * l_.outputs;
    b.rows = {{"sample", batch_, out_.rows * output_row},
              {"input row", down.pixels, output_row, 1, 0},
              {"input column", across.pixels, l_.outputs, 0, 1}};
    b.positions = {{"kernel row", down.taps, down.output_step * output_row, down.output_step, 0},
                   {"kernel column", across.taps, across.output_step * l_.outputs, 0, across.output_step},
                   {"output", outputs_, 1}};
    b.base = down.output * output_row + across.output * l_.outputs;
    b.origin_row = down.output;
    b.origin_column = across.output;
    b.image_rows = out_.rows;
    b.image_columns = out_.columns;
    return p;
  }

  const WorkloadLayer& l_;
  std::int64_t batch_;  ///< images
  ImageSize out_;
  std::int64_t inputs_, outputs_;  ///< of a group
};

std::vector<LayerProduct> convolution_products(const WorkloadLayer& l, TrainingPass pass,
                                               std::int64_t batch) {
  const ConvolutionPasses passes(l, batch);
  if (pass == TrainingPass::kForward) return {passes.forward()};
  if (pass == TrainingPass::kWeightGradient) return {passes.weight_gradient()};
  return passes.input_gradients();
}

}  // namespace

std::string_view training_pass_name(TrainingPass pass) {
  switch (pass) {
    case TrainingPass::kForward:
      return "forward";
    case TrainingPass::kInputGradient:
      return "input_gradient";
    case TrainingPass::kWeightGradient:
      return "weight_gradient";
    case TrainingPass::kUpdate:
      break;
  }
  return "update";
}

std::vector<LayerProduct> pass_products(const WorkloadLayer& l, TrainingPass pass, std::int64_t batch) {
  if (pass == TrainingPass::kUpdate) return {};
  if (pass == TrainingPass::kInputGradient && !l.input_gradient) return {};
  if (l.kind == LayerKind::kConvolution) return convolution_products(l, pass, batch);
  if (l.kind == LayerKind::kLinear) return {linear_product(l, pass, batch)};
  if (pass == TrainingPass::kForward) return {forward_product(l, batch)};
  if (pass == TrainingPass::kInputGradient) return product_gradients(l, batch);
  return {};
}

}  // namespace napier

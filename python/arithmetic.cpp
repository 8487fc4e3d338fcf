// Words, sums, products and post-processing.
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "models/base/error.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "models/format/encoding.hpp"
#include "models/gemm/gemm.hpp"
#include "models/train/scales.hpp"
#include "models/units/accumulation_collector.hpp"
#include "models/units/post_processor.hpp"
#include "models/units/vector_lane.hpp"
#include "python/bindings.hpp"

namespace py = pybind11;

namespace napier::python {

py::array as_array(const py::object& numbers, const std::string& name) {
  py::array array = py::array::ensure(numbers);
  if (!array) {
    PyErr_Clear();
    throw InputError(name + " is no array of numbers");
  }
  return array;
}

template <class T>
std::vector<T> integers(const py::object& numbers, const std::string& name, std::int64_t lowest,
                        std::int64_t highest) {
  const py::array array = as_array(numbers, name);
  if (array.dtype().kind() != 'i' && array.dtype().kind() != 'u') {
    throw InputError(name + " has elements of type " + py::cast<std::string>(py::str(array.dtype())) +
                     "; integers are wanted");
  }
  const auto wide = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>(array);
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(wide.size()));
  for (py::ssize_t i = 0; i < wide.size(); ++i) {
    const std::int64_t value = wide.data()[i];
    if (value < lowest || value > highest) {
      throw InputError("element " + std::to_string(i) + " of " + name + " is " + std::to_string(value) +
                       ", outside of " + std::to_string(lowest) + " to " + std::to_string(highest));
    }
    values.push_back(static_cast<T>(value));
  }
  return values;
}

template std::vector<std::uint8_t> integers(const py::object&, const std::string&, std::int64_t,
                                            std::int64_t);
template std::vector<std::uint16_t> integers(const py::object&, const std::string&, std::int64_t,
                                             std::int64_t);
template std::vector<std::int32_t> integers(const py::object&, const std::string&, std::int64_t,
                                            std::int64_t);

std::vector<Word> words(const Design& design, const py::object& numbers, const std::string& name) {
  require_hardware(design);
  std::vector<Word> values = integers<Word>(numbers, name, 0, (1 << design.format.bits) - 1);
  const LnsFormat lns(design.format);
  const auto is_word = [&](Word word) {
    if (widths::is_lns(design)) return word == 0 || !lns.is_zero(word);
    return widths::is_fp8(design) ? widths::fp8_format(design).is_number(word) : word != 0x80;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_word(values[i])) {
      throw InputError("element " + std::to_string(i) + " of " + name + " is " + std::to_string(values[i]) +
                       ", which is no word of the design's format");
    }
  }
  return values;
}

std::vector<float> floats(const py::object& numbers, const std::string& name) {
  const py::array array = as_array(numbers, name);
  const char kind = array.dtype().kind();
  if (kind != 'f' && kind != 'i' && kind != 'u') {
    throw InputError(name + " has elements of type " + py::cast<std::string>(py::str(array.dtype())) +
                     "; real numbers are wanted");
  }
  const auto values = py::array_t<float, py::array::c_style | py::array::forcecast>(array);
  return {values.data(), values.data() + values.size()};
}

namespace {

struct Quantized {
  py::array words;
  int scale;
  py::object block_scales;
  std::int64_t saturated, underflowed;
};

/// Blocks lie along the last index.
std::size_t row_length(const Sizes& shape) {
  return shape.empty() ? 1 : static_cast<std::size_t>(shape.back());
}

/// The shape with the blocks of a row in place of its last index.
Sizes block_shape(const Encoding& encoding, Sizes shape) {
  if (shape.empty()) shape.push_back(1);
  shape.back() = static_cast<py::ssize_t>(encoding.blocks(static_cast<std::size_t>(shape.back())));
  return shape;
}

Quantized quantize(const Design& design, const py::object& x, std::optional<int> scale) {
  const std::vector<float> values = floats(x, "x");
  const auto bad = std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
  if (bad != values.end()) {
    throw InputError("element " + std::to_string(bad - values.begin()) + " of x is " +
                     (std::isnan(*bad) ? "NaN" : "infinite as float32") +
                     ", which no operand word stands for");
  }
  const Encoding encoding(design);
  const TensorPlace place{"array x"};
  const Sizes shape = shape_of(x);
  const int k = scale ? *scale : encoding.scale(largest_magnitude(values, place));
  encoding.check_scale(k, "scale");
  const Encoded encoded = encoding.encode(values, row_length(shape), k, place);
  Quantized result{.words = to_numpy(encoded.words, shape),
                   .scale = k,
                   .block_scales = py::none(),
                   .saturated = encoded.counts.saturated,
                   .underflowed = encoded.counts.underflowed};
  if (encoding.bits() <= 8) {
    result.words = to_numpy(std::vector<std::uint8_t>(encoded.words.begin(), encoded.words.end()), shape);
  }
  if (encoding.block() > 0) {
    result.block_scales = to_numpy(encoded.block_scales, block_shape(encoding, shape));
  }
  return result;
}

/// Block scales for words of a shape, which formats without blocks do not have.
std::vector<std::uint8_t> block_scales_of(const Encoding& encoding, const py::object& block_scales,
                                          const Sizes& shape) {
  if (encoding.block() == 0) {
    if (!block_scales.is_none())
      throw InputError("block_scales are given, but the design's format has no blocks");
    return {};
  }
  if (block_scales.is_none()) {
    throw InputError("block_scales are missing: each " + std::to_string(encoding.block()) +
                     " words of a row share one");
  }
  if (shape_of(block_scales) != block_shape(encoding, shape)) {
    throw InputError("block_scales do not fit: they have the shape of words, but " +
                     std::to_string(block_shape(encoding, shape).back()) + " elements a row");
  }
  return integers<std::uint8_t>(block_scales, "block_scales", 0, 255);
}

py::array_t<float> dequantize(const Design& design, const py::object& x, int scale,
                              const py::object& block_scales) {
  const Encoding encoding(design);
  encoding.check_scale(scale, "scale");
  const auto codes = integers<std::uint16_t>(x, "words", 0, (1 << encoding.bits()) - 1);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (encoding.refusal(codes[i]).empty()) continue;
    throw InputError("element " + std::to_string(i) + " of words is " + std::to_string(codes[i]) +
                     ", which is no word of the design's format");
  }
  const Sizes shape = shape_of(x);
  const auto scales = block_scales_of(encoding, block_scales, shape);
  return to_numpy(encoding.decode(codes, scales, row_length(shape), scale), shape);
}

py::array_t<float> code_values(const Design& design, int scale) {
  const Encoding encoding(design);
  encoding.check_scale(scale, "scale");
  const std::vector<double> values = encoding.word_values(scale);
  return to_numpy(std::vector<float>(values.begin(), values.end()),
                  {static_cast<py::ssize_t>(values.size())});
}

void require_one_length(const std::vector<Word>& a, const std::vector<Word>& b) {
  if (a.size() == b.size()) return;
  throw InputError("a has " + std::to_string(a.size()) + " words, b " + std::to_string(b.size()) +
                   "; give them the same length");
}

std::int64_t lane_sum(const Design& design, const py::object& a, const py::object& b) {
  const std::vector<Word> left = words(design, a, "a"), right = words(design, b, "b");
  require_one_length(left, right);
  if (left.size() > static_cast<std::size_t>(design.datapath.vector)) {
    throw InputError("a lane sums " + std::to_string(design.datapath.vector) + " products at once, not " +
                     std::to_string(left.size()) + "; use dot for longer vectors");
  }
  return VectorLane(design)(left, right);
}

std::vector<std::int32_t> accumulators(const Design& design, const py::object& numbers,
                                       const std::string& name) {
  require_hardware(design);
  const std::int64_t most = (std::int64_t{1} << (design.datapath.accumulator_bits - 1)) - 1;
  return integers<std::int32_t>(numbers, name, -most - 1, most);
}

py::tuple dot(const Design& design, const py::object& a, const py::object& b, std::int64_t bias) {
  const std::vector<Word> left = words(design, a, "a"), right = words(design, b, "b");
  require_one_length(left, right);
  std::int32_t acc = accumulators(design, py::int_(bias), "bias").front();
  const VectorLane lane(design);
  const auto vector = static_cast<std::size_t>(design.datapath.vector);
  std::int64_t overflows = 0;
  for (std::size_t i = 0; i < left.size(); i += vector) {
    const std::size_t size = std::min(vector, left.size() - i);
    const std::int64_t sum = lane(std::span(left).subspan(i, size), std::span(right).subspan(i, size));
    const AccumulateResult result =
        accumulate(acc, sum, design.datapath.accumulator_bits, design.datapath.overflow);
    acc = result.value;
    overflows += result.overflowed ? 1 : 0;
  }
  return py::make_tuple(acc, overflows);
}

py::tuple gemm(const Design& design, const py::object& a_words, const py::object& b_words,
               const py::object& bias_or_none, int threads, const std::string& kernel) {
  const py::array a = as_array(a_words, "a"), b = as_array(b_words, "b");
  if (a.ndim() != 2 || b.ndim() != 2 || a.shape(1) != b.shape(1)) {
    throw InputError("a and b must be matrices with rows of one length, a [m][k] and b [n][k]");
  }
  const auto m = static_cast<int>(a.shape(0)), n = static_cast<int>(b.shape(0)),
             k = static_cast<int>(a.shape(1));
  if (m < 1 || n < 1 || k < 1) throw InputError("a and b must have at least one row and one column");
  const std::vector<Word> left = words(design, a, "a"), right = words(design, b, "b");
  const bool biased = !bias_or_none.is_none();
  const std::vector<std::int32_t> first =
      biased ? accumulators(design, bias_or_none, "bias") : std::vector<std::int32_t>{};
  if (biased && first.size() != static_cast<std::size_t>(m)) {
    throw InputError("bias has " + std::to_string(first.size()) + " elements, but a has " +
                     std::to_string(m) + " rows");
  }
  std::vector<std::int32_t> acc(static_cast<std::size_t>(m) * static_cast<std::size_t>(n));
  std::int64_t overflows = 0;
  {
    const py::gil_scoped_release release;
    const Parallel parallel(threads);
    overflows = Gemm(design, parallel, kernel)(m, n, k, left, right, first, acc);
  }
  return py::make_tuple(to_numpy(acc, {n, m}), overflows);
}

py::array_t<Word> post_process(const Design& design, const py::object& acc, int bias, bool relu) {
  if (widths::is_stochastic(design)) {
    throw InputError("post_process() has no random bits for design '" + design.name +
                     "' with format.rounding stochastic; read the words of a trace, or round to nearest");
  }
  const PostProcessor unit(design);
  std::vector<Word> out;
  for (const std::int32_t value : accumulators(design, acc, "acc")) {
    out.push_back(unit(value, {.bias_k = bias, .relu = relu}).word);
  }
  return to_numpy(out, shape_of(acc));
}

}  // namespace

void add_arithmetic(py::module_& module) {
  using py::arg;
  py::class_<Quantized>(module, "Quantized", "Words of a tensor, and what rounding did to it.")
      .def_readonly("words", &Quantized::words,
                    "Operand words, the shape of x: uint8, or uint16 for formats of 16 bits.")
      .def_readonly("scale", &Quantized::scale, "Scale exponent k.")
      .def_readonly("block_scales", &Quantized::block_scales,
                    "Codes of the scales of blocks along the last index, uint8: E8M0, or E4M3 for nvfp4.\n"
                    "None for formats without blocks.")
      .def_readonly("saturated", &Quantized::saturated, "Elements above the largest code.")
      .def_readonly("underflowed", &Quantized::underflowed,
                    "Elements too small for a code, zeros not counted.")
      .def("__repr__", [](const Quantized& q) {
        return "<napier.Quantized of " + std::to_string(q.words.size()) + " words, scale " +
               std::to_string(q.scale) + ">";
      });
  module.def(
      "quantize", &quantize, arg("design"), arg("x"), arg("scale") = py::none(),
      "Rounds real numbers (as float32) to words of the design's format. Without a scale: the smallest\n"
      "at which nothing saturates. InputError for NaN and infinity.");
  module.def("dequantize", &dequantize, arg("design"), arg("words"), arg("scale") = 0,
             arg("block_scales") = py::none(),
             "The real numbers that words stand for, float32. Formats of blocks need block_scales.");
  module.def("code_values", &code_values, arg("design"), arg("scale") = 0,
             "The real number of every word, by word, float32 [2^bits]; of blocks, with a block scale of 1.");
  module.def("lane_sum", &lane_sum, arg("design"), arg("a"), arg("b"),
             "The exact integer that one lane makes of a vector of at most design.vector pairs of words.");
  module.def("dot", &dot, arg("design"), arg("a"), arg("b"), arg("bias") = 0,
             "Dot product as the datapath computes it, a vector at a time into an accumulator that begins\n"
             "with `bias`. Returns (accumulator, overflows).");
  module.def(
      "gemm", &gemm, arg("design"), arg("a"), arg("b"), arg("bias") = py::none(), arg("threads") = 0,
      arg("kernel") = "",
      "acc[n][m] = bias[m] + sum over k of a[m][k] * b[n][k], bit for bit as the datapath. threads 0:\n"
      "as many as the machine has; the bits do not depend on threads or kernel ('' the fastest).\n"
      "Returns (acc int32 [n][m], overflows).");
  module.def("kernels", &Gemm::available, arg("design"), "Kernels of gemm on this machine, fastest first.");
  module.def("post_process", &post_process, arg("design"), arg("acc"), arg("bias_k"), arg("relu") = false,
             "Accumulators to operand words. bias_k joins the scales: see bias_k().");
  module.def("bias_k", &bias_k, arg("design"), arg("k_a"), arg("k_b"), arg("k_out"),
             "The bias_k of operands of scales k_a and k_b and outputs of scale k_out.");
  module.def("accumulator_unit", &accumulator_unit, arg("design"), arg("k_a"), arg("k_b"),
             "The real number that one accumulator LSB stands for.");
  module.def(
      "output_scale",
      [](const Design& design, std::uint32_t largest, int k_a, int k_b) {
        return scale_of_accumulator(design, largest, k_a, k_b).value_or(0);
      },
      arg("design"), arg("largest"), arg("k_a"), arg("k_b"),
      "The smallest scale at which an accumulator of this magnitude is not clamped; 0 for 0.");
}

}  // namespace napier::python

// The Madam update unit.
#include <cmath>

#include "models/base/error.hpp"
#include "models/format/constants.hpp"
#include "models/units/madam_update.hpp"
#include "python/bindings.hpp"

namespace py = pybind11;

namespace napier::python {
namespace {

MadamSettings settings_of_step(const Design& design, std::int64_t step, int gradient_scale, double eta,
                               int cap) {
  const int max_code = (1 << (design.update.bits - 1)) - 1;
  if (step < 0) throw InputError("step is " + std::to_string(step) + "; steps count from 0");
  if (cap < 0 || cap > max_code) {
    throw InputError("cap is " + std::to_string(cap) + "; weights have codes 1 to " +
                     std::to_string(max_code));
  }
  const int finer = design.format.gamma_log2 + design.update.bits - design.format.bits;
  const int fraction = design.update.v_fraction;
  return {
      .gradient_exponent = gradient_scale - LnsFormat(design.format).max_code(),
      .correction = static_cast<std::int32_t>(fixed_log2_correction(design.update.beta, step + 1, fraction)),
      .step_log2 = static_cast<std::int32_t>(fixed_log2(std::ldexp(eta, finer), fraction)),
      .cap = cap == 0 ? max_code : cap};
}

void require_madam(const Design& design) {
  if (design.format.kind == FormatKind::kLns && design.update.kind == UpdateKind::kMadam) return;
  throw InputError("design '" + design.name + "' has no Madam update unit; set update.kind: madam");
}

py::tuple madam_update(const Design& design, const py::object& weights, const py::object& v,
                       const py::object& gradient, const MadamSettings& settings) {
  require_madam(design);
  const MadamUpdate unit(design);
  const auto states = integers<UpdateWord>(weights, "weights", 0, (1 << design.update.bits) - 1);
  const std::int64_t v_most = (std::int64_t{1} << (design.update.v_bits - 1)) - 1;
  const auto moments = integers<std::int32_t>(v, "v", -v_most - 1, v_most);
  const std::vector<Word> g = words(design, gradient, "gradient");
  if (states.size() != moments.size() || states.size() != g.size()) {
    throw InputError("weights, v and gradient have " + std::to_string(states.size()) + ", " +
                     std::to_string(moments.size()) + " and " + std::to_string(g.size()) +
                     " elements; give them the same length");
  }
  std::vector<UpdateWord> new_weights;
  std::vector<std::int32_t> new_moments;
  for (std::size_t i = 0; i < g.size(); ++i) {
    const MadamState after = unit({states[i], moments[i]}, g[i], settings, static_cast<std::uint32_t>(i));
    new_weights.push_back(after.weight);
    new_moments.push_back(after.v);
  }
  return py::make_tuple(to_numpy(new_weights, shape_of(weights)), to_numpy(new_moments, shape_of(weights)));
}

py::array_t<Word> operands_of_weights(const Design& design, const py::object& weights) {
  require_madam(design);
  std::vector<Word> operands;
  for (const UpdateWord w : integers<UpdateWord>(weights, "weights", 0, (1 << design.update.bits) - 1)) {
    operands.push_back(operand_of_weight(design, w));
  }
  return to_numpy(operands, shape_of(weights));
}

}  // namespace

void add_update(py::module_& module) {
  using py::arg;
  py::class_<MadamSettings>(module, "MadamSettings",
                            "What is the same for all weights of a tensor in one step.")
      .def(py::init(&settings_of_step), arg("design"), arg("step"), arg("gradient_scale"), arg("eta"),
           arg("cap") = 0,
           "Of step `step` (from 0), gradient words of scale exponent gradient_scale, and learning rate eta "
           "in\n"
           "octaves of the weight. cap: the largest exponent code a weight may have; 0: any.")
      .def_readwrite("gradient_exponent", &MadamSettings::gradient_exponent,
                     "Gradient code c stands for 2^((c + this) / gamma).")
      .def_readwrite("correction", &MadamSettings::correction, "log2(1 - beta^t), fixed point.")
      .def_readwrite("step_log2", &MadamSettings::step_log2, "log2(eta * gamma_U), fixed point.")
      .def_readwrite("cap", &MadamSettings::cap, "Largest exponent code of the tensor.")
      .def_readwrite("noise_key", &MadamSettings::noise_key, "Key of the noise of stochastic rounding.");
  module.def(
      "madam_update", &madam_update, arg("design"), arg("weights"), arg("v"), arg("gradient"),
      arg("settings"),
      "One step of the update unit. weights: words of update.bits; v: log2 of the second moments, fixed\n"
      "point, no_moment(design) where there is none yet; gradient: operand words.\n"
      "Returns (weights uint16, v int32) after the step.");
  module.def(
      "no_moment",
      [](const Design& design) {
        require_madam(design);
        return MadamUpdate(design).zero_v();
      },
      arg("design"), "The value of v that stands for a second moment of zero.");
  module.def("operands_of_weights", &operands_of_weights, arg("design"), arg("weights"),
             "The operand words that matrix products read for stored weights, uint8.");
}

}  // namespace napier::python

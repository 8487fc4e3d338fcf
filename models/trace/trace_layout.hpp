#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <type_traits>
#include <vector>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "models/trace/record_check.hpp"
#include "models/trace/trace.hpp"

/// What stands where in a trace file, said once: the writer passes an archive that saves, the reader one that
/// loads. docs/formats/trace.md says the same in words.
///   archive.attribute(name, value)                           integer, bool or text
///   archive.dataset(name, values, {sizes}, unit, meaning)    array, sizes[0] varies slowest
namespace napier::trace_layout {

inline constexpr int kVersion = 2;

/// Group of a record, for instance gemm/000007_step000012_layer1_weight_gradient.
inline std::string record_name(std::size_t index, std::int64_t step, int layer, const std::string& suffix) {
  char text[96];
  std::snprintf(text, sizeof text, "%06zu_step%06lld_layer%d", index, static_cast<long long>(step), layer);
  return text + suffix;
}

inline std::string record_name(std::size_t index, const GemmRecord& r) {
  std::string pass = "_" + pass_name(r.pass);
  for (char& c : pass) c = c == ' ' ? '_' : c;
  return record_name(index, r.step, r.layer, pass);
}

inline std::string record_name(std::size_t index, const UpdateRecord& r) {
  return record_name(index, r.step, r.layer, "");
}

template <class Archive, class R>
void pass_attribute(Archive& archive, R& record) {
  std::string name = Archive::kLoads ? "" : pass_name(record.pass);
  archive.attribute("pass", name);
  if constexpr (Archive::kLoads) {
    for (const Pass pass : {Pass::kForward, Pass::kInputGradient, Pass::kWeightGradient}) {
      if (name != pass_name(pass)) continue;
      record.pass = pass;
      return;
    }
    archive.refuse("has the unknown pass '" + name + "'");
  }
}

/// A matrix product. R is GemmRecord, const where it is saved.
template <class Archive, class R>
void gemm(Archive& archive, R& r, const Design& design) {
  archive.attribute("step", r.step);
  archive.attribute("layer", r.layer);
  pass_attribute(archive, r);
  archive.attribute("m", r.m);
  archive.attribute("n", r.n);
  archive.attribute("k", r.k);
  archive.attribute("relu", r.post.relu);
  archive.attribute("raw", r.raw);
  archive.attribute("bias_k", r.post.bias_k);
  auto key = static_cast<std::int64_t>(r.post.random_key);
  archive.attribute("random_key", key);
  if constexpr (Archive::kLoads) r.post.random_key = static_cast<std::uint64_t>(key);
  archive.attribute("k_a", r.k_a);
  archive.attribute("k_b", r.k_b);
  archive.attribute("k_out", r.k_out);
  archive.attribute("saturations", r.saturations);
  bool has_bias = !r.bias.empty(), has_mask = !r.mask.empty(), has_row_scales = !r.row_scales.empty();
  archive.attribute("has_bias", has_bias);
  archive.attribute("has_row_scales", has_row_scales);
  archive.attribute("has_mask", has_mask);
  archive.dataset("a", r.a, {r.m, r.k}, "operand word", "stationary operand [m][k]");
  archive.dataset("b", r.b, {r.n, r.k}, "operand word", "streamed operand [n][k]");
  if (has_bias) archive.dataset("bias", r.bias, {r.m}, "accumulator LSB", "first addend of each row [m]");
  if (has_row_scales) {
    archive.dataset("row_scales", r.row_scales, {r.m}, "exponent code",
                    "scale of each row of a, relative to k_a [m]");
  }
  if (widths::has_vector_scales(design)) {
    bool has_vector_shifts = !r.vector_shifts.empty();
    archive.attribute("has_vector_shifts", has_vector_shifts);
    if (has_vector_shifts) {
      archive.dataset("vector_shifts", r.vector_shifts, {r.m, widths::vectors_of(design, r.k)}, "octave",
                      "how far the scale of each vector of a lies below k_a [m][vector of k]");
    }
  }
  if (has_mask)
    archive.dataset("mask", r.mask, {r.n, r.m}, "bit", "1 lets the output pass, 0 clears it [n][m]");
  archive.dataset("acc", r.acc, {r.n, r.m}, "accumulator LSB", "expected accumulators [n][m]");
  if (!r.raw) archive.dataset("out", r.out, {r.n, r.m}, "operand word", "expected outputs [n][m]");
}

/// Weights and second moments before or after an update, as two arrays.
template <class Archive, class States>
void states(Archive& archive, const std::string& when, States& all, std::int64_t count) {
  std::vector<UpdateWord> weight;
  std::vector<std::int32_t> v;
  for (const MadamState& s : all) {
    weight.push_back(s.weight);
    v.push_back(s.v);
  }
  archive.dataset("weight_" + when, weight, {count}, "weight word", "sign and exponent code " + when);
  archive.dataset("v_" + when, v, {count}, "octave / 2^v_fraction", "log2 of the second moment " + when);
  if constexpr (Archive::kLoads) {
    for (std::size_t i = 0; i < weight.size(); ++i) all.push_back({weight[i], v[i]});
  }
}

/// An update. R is UpdateRecord, const where it is saved. `stochastic`: of the design's unit.
template <class Archive, class R>
void update(Archive& archive, R& r, bool stochastic) {
  auto count = static_cast<std::int64_t>(r.before.size());
  archive.attribute("step", r.step);
  archive.attribute("layer", r.layer);
  archive.attribute("weights", count);
  archive.attribute("gradient_exponent", r.settings.gradient_exponent);
  archive.attribute("correction", r.settings.correction);
  archive.attribute("step_log2", r.settings.step_log2);
  archive.attribute("cap", r.settings.cap);
  if (stochastic) archive.attribute("noise_key", r.settings.noise_key);
  states(archive, "before", r.before, count);
  archive.dataset("gradient", r.gradient, {count}, "operand word", "gradient of each weight");
  states(archive, "after", r.after, count);
}

}  // namespace napier::trace_layout

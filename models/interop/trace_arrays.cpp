#include "models/interop/trace_arrays.hpp"

#include <initializer_list>

#include "models/base/interrupt.hpp"
#include "models/design/widths.hpp"
#include "models/format/quantizer.hpp"
#include "models/trace/trace_layout.hpp"
#include "models/train/scales.hpp"

namespace napier {
namespace {

/// Collects what trace_layout names: settings become single numbers.
class ArrayCollector {
 public:
  static constexpr bool kLoads = false;
  ArrayCollector(std::string group, std::vector<Array>& arrays)
      : group_(std::move(group) + "/"), arrays_(arrays) {}

  void attribute(const std::string& name, const std::string& text) {
    arrays_.push_back({.name = group_ + name, .shape = {}, .values = text, .unit = "", .meaning = ""});
  }

  template <class T>
  void attribute(const std::string& name, const T& value) {
    dataset(name, std::vector<std::int64_t>{static_cast<std::int64_t>(value)}, {}, "", "");
  }

  template <class T>
  void dataset(const std::string& name, const std::vector<T>& values,
               std::initializer_list<std::int64_t> sizes, const std::string& unit,
               const std::string& meaning) {
    arrays_.push_back(
        {.name = group_ + name, .shape = sizes, .values = values, .unit = unit, .meaning = meaning});
  }

 private:
  std::string group_;
  std::vector<Array>& arrays_;
};

std::vector<float> values_of(const Quantizer& quantizer, const std::vector<Word>& words, int k) {
  const std::vector<float> table = quantizer.dequantize_table(k);
  std::vector<float> values;
  values.reserve(words.size());
  for (const Word word : words) values.push_back(table[word]);
  return values;
}

}  // namespace

std::vector<Array> trace_arrays(const Trace& trace) {
  std::vector<Array> arrays;
  arrays.push_back({.name = "design", .shape = {}, .values = trace.design_text, .unit = "", .meaning = ""});
  const Quantizer quantizer(trace.design);
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    check_interrupt();
    const GemmRecord& r = trace.gemms[i];
    ArrayCollector collector("gemm/" + trace_layout::record_name(i, r), arrays);
    trace_layout::gemm(collector, r, trace.design);
    collector.dataset("a_value", values_of(quantizer, r.a, r.k_a), {r.m, r.k}, "",
                      "stationary operand as real numbers [m][k]");
    collector.dataset("b_value", values_of(quantizer, r.b, r.k_b), {r.n, r.k}, "",
                      "streamed operand as real numbers [n][k]");
    collector.dataset("accumulator_unit", std::vector<double>{accumulator_unit(trace.design, r.k_a, r.k_b)},
                      {}, "", "value of one accumulator LSB");
  }
  for (std::size_t i = 0; i < trace.updates.size(); ++i) {
    check_interrupt();
    ArrayCollector collector("update/" + trace_layout::record_name(i, trace.updates[i]), arrays);
    trace_layout::update(collector, trace.updates[i], widths::stochastic_update(trace.design));
  }
  return arrays;
}

}  // namespace napier

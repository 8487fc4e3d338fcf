#include "models/train/weight_arrays.hpp"

#include "models/format/quantizer.hpp"

namespace napier {

void append_matrix(const std::string& name, int rows, int columns, std::span<const float> values,
                   std::vector<Array>& all) {
  all.push_back({.name = name,
                 .shape = {rows, columns},
                 .values = std::vector<float>(values.begin(), values.end()),
                 .unit = "",
                 .meaning = "weights as products read them [output][input]"});
}

void append_tensor(const std::string& name, std::span<const float> values, std::vector<Array>& all) {
  all.push_back({.name = name,
                 .shape = {static_cast<std::int64_t>(values.size())},
                 .values = std::vector<float>(values.begin(), values.end()),
                 .unit = "",
                 .meaning = "kept in FP32 on the host"});
}

void append_weights(const Design& design, const std::string& name, int rows, int columns,
                    const Weights& weights, std::vector<Array>& all) {
  const std::span<const Word> words = weights.operands();
  const std::vector<float> table = Quantizer(design).dequantize_table(weights.scale());
  std::vector<float> values;
  values.reserve(words.size());
  for (const Word word : words) values.push_back(table[word]);
  append_matrix(name, rows, columns, values, all);
  all.push_back({.name = name + ".words",
                 .shape = {rows, columns},
                 .values = std::vector<std::uint8_t>(words.begin(), words.end()),
                 .unit = "operand word",
                 .meaning = "weights as products read them [output][input]"});
  all.push_back({.name = name + ".scale",
                 .shape = {},
                 .values = std::vector<std::int64_t>{weights.scale()},
                 .unit = "",
                 .meaning = "scale exponent k"});
  const std::span<const std::uint16_t> stored = weights.update_words();
  if (stored.empty()) return;
  all.push_back({.name = name + ".update_words",
                 .shape = {rows, columns},
                 .values = std::vector<std::uint16_t>(stored.begin(), stored.end()),
                 .unit = "weight word",
                 .meaning = "weights as the update unit stores them [output][input]"});
}

}  // namespace napier

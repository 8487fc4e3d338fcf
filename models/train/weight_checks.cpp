#include "models/train/weight_checks.hpp"

#include "models/base/error.hpp"
#include "models/train/host_optimizer.hpp"

namespace napier {

std::string weight_tensor_name(int layer) { return "weight tensor " + std::to_string(layer); }

void read_gradient(const Quantizer& quantizer, std::span<const Word> words, int k, int layer,
                   std::int64_t step, std::span<float> out) {
  const std::vector<float> table = quantizer.dequantize_table(k);
  for (std::size_t i = 0; i < words.size(); ++i) out[i] = table[words[i]];
  largest_magnitude(out, {"gradient of " + weight_tensor_name(layer), step});
}

float madam_limit(std::span<const float> initial, int layer) {
  const std::string name = weight_tensor_name(layer);
  if (largest_magnitude(initial, {"initial values of " + name}) == 0) {
    throw InputError(
        "the initial values of " + name +
        " are all zero, and Madam, which multiplies weights, could never move them; start from "
        "other weights, or use update.kind host or rounded with optimizer.host.rule sgd or adam");
  }
  return static_cast<float>(3.0 * root_mean_square(initial));
}

}  // namespace napier

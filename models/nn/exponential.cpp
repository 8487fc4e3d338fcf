#include "models/nn/exponential.hpp"

#include "models/base/vector_clones.hpp"

namespace napier::nn {

NAPIER_VECTOR_CLONES
void exponentials(std::span<float> x, float largest) {
  for (float& value : x) value = exp_nonpositive(value - largest);
}

void exponentials(std::span<double> x, double largest) {
  for (double& value : x) value = exp_nonpositive(value - largest);
}

}  // namespace napier::nn

#include "models/nn/initial.hpp"

#include <cmath>

namespace napier::nn {

double he_limit(int inputs) { return std::sqrt(6.0 / inputs); }
double glorot_limit(int inputs, int outputs) { return std::sqrt(6.0 / (inputs + outputs)); }

}  // namespace napier::nn

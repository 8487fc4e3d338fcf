#include "models/nn/normalisation.hpp"

#include <string>

#include "models/base/error.hpp"

namespace napier::nn {
namespace {

void check_one(const std::string& key, double value) {
  if (!(value > 0 && value <= 1)) {
    throw InputError("normalisation." + key + " is " + std::to_string(value) +
                     "; give a number above 0, at most 1");
  }
}

}  // namespace

void check(const NormalisationParameters& parameters) {
  check_one("epsilon", parameters.epsilon);
  check_one("momentum", parameters.momentum);
}

}  // namespace napier::nn

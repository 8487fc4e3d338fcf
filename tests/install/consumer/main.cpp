// Uses an installed Napier as another project would: the public headers and the exact functions.
#include <cstdio>

#include "models/format/constants.hpp"

int main() {
  const auto constants = napier::octave_constants(3, 8);
  std::printf("2^(1/8) * 256 = %lld\n", static_cast<long long>(constants.at(1)));
  return constants.at(1) == 279 ? 0 : 1;
}

#include "models/gemm/openblas_core.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier {

void choose_openblas_core() {
  const std::string fastest = "SkylakeX";
  const char* set = std::getenv("OPENBLAS_CORETYPE");
  if ((set != nullptr && set == fastest) || !__builtin_cpu_supports("avx512bw")) return;
  setenv("OPENBLAS_CORETYPE", fastest.c_str(), 1);
  std::string line = read_file("/proc/self/cmdline");
  std::vector<char*> arguments;
  for (std::size_t at = 0; at < line.size(); at = line.find('\0', at) + 1)
    arguments.push_back(line.data() + at);
  arguments.push_back(nullptr);
  execv("/proc/self/exe", arguments.data());
  throw InternalError("cannot start the program anew to choose OpenBLAS's core type");
}

}  // namespace napier

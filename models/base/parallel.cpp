#include "models/base/parallel.hpp"

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <string>
#include <thread>

#include "models/base/error.hpp"

namespace napier {
namespace {

constexpr int kMostThreads = 1024;

int checked(int threads) {
  if (threads < 0 || threads > kMostThreads) {
    throw InputError("threads is " + std::to_string(threads) +
                     "; give 1 to 1024, or 0 for as many as the machine has");
  }
  return threads == 0 ? std::max(1, static_cast<int>(std::thread::hardware_concurrency())) : threads;
}

}  // namespace

struct Parallel::Arena {
  explicit Arena(int threads) : arena(threads) {}
  oneapi::tbb::task_arena arena;
};

Parallel::Parallel(int threads) : threads_(checked(threads)), arena_(std::make_unique<Arena>(threads_)) {}
Parallel::~Parallel() = default;

void Parallel::for_each(int count, const std::function<void(int)>& body) const {
  if (threads_ == 1 || count <= 1) {
    for (int i = 0; i < count; ++i) body(i);
    return;
  }
  arena_->arena.execute([&] { oneapi::tbb::parallel_for(0, count, [&](int i) { body(i); }); });
}

}  // namespace napier

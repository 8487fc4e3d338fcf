#pragma once
#include <functional>
#include <memory>

namespace napier {

/// A fixed number of threads for loops whose iterations write to different places, so that a result never
/// depends on how many there are.
class Parallel {
 public:
  /// threads >= 1, else InputError; 0 means as many as the machine has.
  explicit Parallel(int threads);
  ~Parallel();
  Parallel(const Parallel&) = delete;
  Parallel& operator=(const Parallel&) = delete;

  int threads() const { return threads_; }
  /// Calls body(0) .. body(count - 1) in any order, at once on up to `threads` threads; returns when all are
  /// done. The first exception of a body is thrown here.
  void for_each(int count, const std::function<void(int)>& body) const;

 private:
  int threads_;
  struct Arena;
  std::unique_ptr<Arena> arena_;
};

}  // namespace napier

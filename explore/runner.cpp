#include "explore/runner.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <iostream>
#include <mutex>
#include <thread>

#include "explore/progress.hpp"
#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"

namespace napier::explore {
namespace {

/// Workers that take one plan after the other.
class Crew {
 public:
  Crew(const std::vector<Plan>& plans, const std::filesystem::path& root, Progress& progress)
      : plans_(plans), root_(root), progress_(progress), outcomes_(plans.size()) {}

  std::vector<PlanOutcome> run(int jobs) {
    std::vector<std::thread> workers;
    const std::size_t count = std::min<std::size_t>(std::max(jobs, 1), plans_.size());
    busy_ = count;
    for (std::size_t i = 0; i < count; ++i) workers.emplace_back([this] { work(); });
    {
      std::unique_lock lock(mutex_);
      while (!done_.wait_for(lock, std::chrono::milliseconds(250), [this] { return busy_ == 0; })) {
        progress_.draw();
      }
    }
    for (std::thread& worker : workers) worker.join();
    if (failure_) std::rethrow_exception(failure_);
    return std::move(outcomes_);
  }

 private:
  void work() {
    try {
      while (!stop_) {
        const std::size_t index = next_++;
        if (index >= plans_.size()) break;
        outcomes_[index] = run_plan(plans_[index]);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stop_ = true;
    }
    const std::lock_guard lock(mutex_);
    --busy_;
    done_.notify_one();
  }

  PlanOutcome run_plan(const Plan& plan) {
    PlanOutcome outcome{plan.name, {}};
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
      check_interrupt();
      const Stage& stage = plan.stages[i];
      progress_.begin(plan.name, stage);
      outcome.stages.push_back(run_stage(stage, root_, std::span(plan.stages).subspan(i + 1)));
      progress_.end(plan.name, stage, outcome.stages.back());
      if (!outcome.held()) {
        progress_.drop(plan.stages.size() - outcome.stages.size());
        break;
      }
    }
    return outcome;
  }

  const std::vector<Plan>& plans_;
  const std::filesystem::path root_;
  Progress& progress_;
  std::vector<PlanOutcome> outcomes_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::size_t busy_ = 0;
  std::exception_ptr failure_;
  std::mutex mutex_;
  std::condition_variable done_;
};

}  // namespace

std::vector<PlanOutcome> run_plans(const std::vector<Plan>& plans, const std::filesystem::path& root,
                                   int jobs) {
  std::size_t stages = 0;
  for (const Plan& plan : plans) stages += plan.stages.size();
  Progress progress(std::cerr, isatty(STDERR_FILENO) == 1, stages);
  return Crew(plans, root, progress).run(jobs);
}

}  // namespace napier::explore

#include "explore/measure/update_error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/base/random.hpp"
#include "models/train/update_grid.hpp"

namespace napier::explore {
namespace {

constexpr std::array kRules = {StepRule::kGradientDescent, StepRule::kMultiplicative,
                               StepRule::kSignMultiplicative};

constexpr double kChartEta = 0.01;

std::string rule_name(StepRule rule) {
  switch (rule) {
    case StepRule::kGradientDescent:
      return "GD";
    case StepRule::kMultiplicative:
      return "MUL";
    case StepRule::kSignMultiplicative:
      return "signMUL";
  }
  throw InternalError("step rule without a name");
}

double sign(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; }

/// log2|W'| of each weight whose start is on the grid.
std::vector<double> exact_step(const StepTensors& t, StepRule rule, double gamma, double eta) {
  std::vector<double> result;
  for (std::size_t i = 0; i < t.weights.size(); ++i) {
    const double w = t.weights[i], g = t.gradient[i];
    const double start = std::floor(gamma * std::log2(std::abs(w)) + 0.5) / gamma;
    if (rule == StepRule::kGradientDescent) {
      const double moved = sign(w) * std::exp2(start) - eta * g;
      if (moved != 0) result.push_back(std::log2(std::abs(moved)));
    } else {
      result.push_back(start - eta * sign(w) * (rule == StepRule::kMultiplicative ? g : sign(g)));
    }
  }
  return result;
}

double norm(std::span<const double> x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return std::sqrt(sum);
}

double bound_of(const StepTensors& t, StepRule rule, double gamma, double eta,
                std::span<const double> exact) {
  const auto d = static_cast<double>(exact.size());
  switch (rule) {
    case StepRule::kGradientDescent:
      return std::sqrt(d) / gamma * norm(exact);
    case StepRule::kMultiplicative:
      return std::sqrt(d) * eta / gamma * norm(t.gradient);
    case StepRule::kSignMultiplicative:
      return d * eta / gamma;
  }
  throw InternalError("step rule without a bound");
}

/// r of one random rounding.
double rounding_error(std::span<const double> exact, double gamma, const Philox& random,
                      std::uint64_t stream) {
  double r = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double codes = gamma * exact[i];
    const double below = std::floor(codes);
    const bool up = random.word(stream, i) * 0x1p-32 < codes - below;
    const double error = (below + (up ? 1 : 0) - codes) / gamma;
    r += error * error;
  }
  return r;
}

std::string number(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.5g", x);
  return text.data();
}

}  // namespace

std::vector<StepTensors> step_tensors(const Trace& trace) {
  const LnsFormat format(trace.design.format);
  const UpdateGrid grid(trace.design);
  std::vector<StepTensors> result;
  for (const UpdateRecord& r : trace.updates) {
    const auto forward = std::ranges::find_if(trace.gemms, [&](const GemmRecord& g) {
      return g.step == r.step && g.layer == r.layer && g.pass == Pass::kForward;
    });
    if (forward == trace.gemms.end()) continue;
    StepTensors t;
    for (std::size_t i = 0; i < r.before.size(); ++i) {
      t.weights.push_back(grid.value(r.before[i].weight, forward->k_a));
      const Word word = r.gradient[i];
      const double magnitude =
          std::exp2(static_cast<double>(format.code(word) + r.settings.gradient_exponent) / format.gamma());
      t.gradient.push_back(format.is_zero(word) ? 0.0 : format.negative(word) ? -magnitude : magnitude);
    }
    result.push_back(std::move(t));
  }
  if (result.empty()) {
    throw InputError(
        "the trace holds no weight update beside a forward product of its layer; record one with a design of "
        "update.kind madam: napier train EXPERIMENT -o DIR --trace FILE.h5");
  }
  return result;
}

UpdateErrorPoint update_error(const StepTensors& tensors, StepRule rule, int gamma_log2, double eta,
                              int repetitions, std::uint32_t seed, int quantiser_gamma_log2) {
  const double gamma = std::ldexp(1.0, gamma_log2);
  const std::vector<double> exact = exact_step(tensors, rule, gamma, eta);
  UpdateErrorPoint point{rule, gamma_log2, eta, 0, INFINITY, 0, bound_of(tensors, rule, gamma, eta, exact)};
  const Philox random(seed);
  for (int i = 0; i < repetitions; ++i) {
    const double r =
        rounding_error(exact, std::ldexp(1.0, quantiser_gamma_log2), random, static_cast<std::uint64_t>(i));
    point.mean += r / repetitions;
    point.low = std::min(point.low, r);
    point.high = std::max(point.high, r);
  }
  return point;
}

Measurement measure_update_error(const Trace& trace, const std::string& file, int repetitions,
                                 std::uint32_t seed) {
  StepTensors all;
  for (const StepTensors& t : step_tensors(trace)) {
    all.weights.insert(all.weights.end(), t.weights.begin(), t.weights.end());
    all.gradient.insert(all.gradient.end(), t.gradient.begin(), t.gradient.end());
  }
  Measurement m;
  m.name = "update_error";
  m.command = "napier measure update_error " + file + " -o DIR --repetitions " + std::to_string(repetitions) +
              " --seed " + std::to_string(seed);
  m.caption = "Error r = ||log2|W_q| - log2|W'|||^2 of rounding one step of " +
              std::to_string(all.weights.size()) + " weights (" + trace.network + ", design " +
              trace.design.name +
              ") at random to gamma codes an octave, and the bounds of its expectation; mean of " +
              std::to_string(repetitions) + " roundings, bars: lowest and highest. Chart: eta = 0.01.";
  m.csv = "rule,gamma,eta,r_mean,r_low,r_high,bound\n";
  m.table = "| rule | gamma | eta | r | bound | r / bound |\n|---|---|---|---|---|---|\n";
  m.chart = {.title = "Quantisation error of a weight update",
             .x = {.title = "gamma, codes an octave", .logarithmic = true},
             .y = {.title = "r, octaves^2", .logarithmic = true},
             .series = {}};
  for (const StepRule rule : kRules) {
    ChartSeries measured{.name = rule_name(rule), .points = {}};
    ChartSeries bounds{.name = rule_name(rule) + " bound", .points = {}};
    const auto add = [&](int gamma_log2, double eta) {
      check_interrupt();
      const UpdateErrorPoint p = update_error(all, rule, gamma_log2, eta, repetitions, seed, gamma_log2);
      const std::string gamma = std::to_string(1 << gamma_log2);
      m.csv += rule_name(rule) + "," + gamma + "," + number(eta) + "," + number(p.mean) + "," +
               number(p.low) + "," + number(p.high) + "," + number(p.bound) + "\n";
      m.table += "| " + rule_name(rule) + " | " + gamma + " | " + number(eta) + " | " + number(p.mean) +
                 " | " + number(p.bound) + " | " + number(p.mean / p.bound) + " |\n";
      if (eta != kChartEta) return;
      const double x = std::ldexp(1.0, gamma_log2);
      if (p.low > 0) measured.points.push_back({x, p.mean, p.low, p.high});
      bounds.points.push_back({x, p.bound, p.bound, p.bound});
    };
    for (int gamma_log2 = 3; gamma_log2 <= 11; ++gamma_log2) add(gamma_log2, kChartEta);
    for (const double eta : {0.3, 0.1, 0.03, 0.003, 0.001}) add(11, eta);
    m.chart.series.push_back(measured);
    m.chart.series.push_back(bounds);
  }
  return m;
}

}  // namespace napier::explore

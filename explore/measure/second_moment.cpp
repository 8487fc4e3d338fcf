#include "explore/measure/second_moment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/base/random.hpp"
#include "models/design/widths.hpp"
#include "models/format/constants.hpp"
#include "models/format/quantizer.hpp"
#include "models/train/host_math.hpp"

namespace napier::explore {
namespace {

/// Standard normal numbers by Marsaglia's polar method, of logarithms that are the same on every machine.
class Gaussian {
 public:
  Gaussian(std::uint32_t seed, std::uint64_t stream) : random_(seed), stream_(stream) {}
  float operator()() {
    while (true) {
      const double x = random_.symmetric(stream_, index_++);
      const double y = random_.symmetric(stream_, index_++);
      const double square = x * x + y * y;
      if (square < 1) return static_cast<float>(x * std::sqrt(-2 * portable_log(square) / square));
    }
  }

 private:
  Philox random_;
  std::uint64_t stream_, index_ = 0;
};

/// One weight's second moment, by units of several widths and in FP64.
class Weight {
 public:
  Weight(const std::vector<MadamUpdate>& units, const std::vector<int>& fractions)
      : units_(units), fractions_(fractions), sums_(units.size()) {
    for (const MadamUpdate& unit : units) v_.push_back(unit.zero_v());
  }

  /// `index`: of the weight, for its random bits.
  void step(Word word, double gradient, const MadamSettings& settings, std::uint32_t index, double beta,
            bool counted) {
    exact_ = beta * exact_ + (1 - beta) * gradient * gradient;
    for (std::size_t i = 0; i < units_.size(); ++i) {
      v_[i] = units_[i].second_moment(v_[i], word, settings, units_[i].noise(settings, index).moment).v;
      if (!counted || v_[i] == units_[i].zero_v()) continue;
      // g* of both share g: their ratio is sqrt(v_FP64 / v_unit).
      sums_[i] += std::sqrt(exact_ * std::exp2(-std::ldexp(v_[i], -fractions_[i]))) - 1;
    }
    counted_ += counted ? 1 : 0;
  }

  double mean(std::size_t unit) const { return sums_[unit] / static_cast<double>(counted_); }

 private:
  const std::vector<MadamUpdate>& units_;
  const std::vector<int>& fractions_;
  std::vector<std::int32_t> v_;
  std::vector<double> sums_;
  double exact_ = 0;
  std::int64_t counted_ = 0;
};

/// log2(beta) as the unit has it, in units of its v.
std::string decay_units(const Design& d, int v_fraction) {
  Design other = d;
  other.update.v_fraction = v_fraction;
  const int fraction = widths::moment_sum_fraction(other);
  const auto fixed = static_cast<double>(fixed_log2(d.update.beta, fraction));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", std::ldexp(fixed, v_fraction - fraction));
  return text.data();
}

std::string line(const char* pattern, const SecondMomentBias& b, const char* last) {
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(), pattern, b.v_fraction, static_cast<long long>(b.steps),
                b.mean_percent, b.lowest_percent, b.highest_percent, last);
  return text.data();
}

}  // namespace

std::vector<SecondMomentBias> second_moment_bias(const Design& design, const SecondMomentRequest& request) {
  if (request.steps < 2 || request.weights < 1) {
    throw InputError("the bias of the second moment needs at least 2 steps and 1 weight");
  }
  const std::vector<int>& fractions = design.update.v_rounding == UpdateRounding::kStochastic
                                          ? request.stochastic_fractions
                                          : request.fractions;
  std::vector<MadamUpdate> units;
  for (const int fraction : fractions) {
    Design d = design;
    d.update.v_fraction = fraction;
    d.update.v_bits = fraction + 8;
    units.emplace_back(d);
  }
  const LnsFormat format(design.format);
  const Quantizer quantizer(design);
  const int scale = 2 * format.gamma();  // code E is 4 sigma
  const std::vector<float> values = quantizer.dequantize_table(scale);
  MadamSettings settings{.gradient_exponent = scale - format.max_code()};
  std::vector<SecondMomentBias> result;
  for (const int fraction : fractions) result.push_back({fraction, request.steps, 0, INFINITY, -INFINITY});
  std::vector<float> gradient(1024);
  std::vector<Word> words(gradient.size());
  for (int w = 0; w < request.weights; ++w) {
    Gaussian random(request.seed, static_cast<std::uint64_t>(w));
    Weight weight(units, fractions);
    for (std::int64_t t = 0; t < request.steps; ++t) {
      const auto at = static_cast<std::size_t>(t) % gradient.size();
      if (at == 0) {
        check_interrupt();
        for (float& g : gradient) g = random();
        quantizer.quantize(gradient, scale, words, {"gradients", t});
      }
      settings.noise_key = t;
      weight.step(words[at], values[words[at]], settings, static_cast<std::uint32_t>(w), design.update.beta,
                  t >= request.steps / 2);
    }
    for (std::size_t i = 0; i < result.size(); ++i) {
      const double percent = 100 * weight.mean(i);
      result[i].mean_percent += percent / request.weights;
      result[i].lowest_percent = std::min(result[i].lowest_percent, percent);
      result[i].highest_percent = std::max(result[i].highest_percent, percent);
    }
  }
  return result;
}

Measurement measure_second_moment(const SecondMomentRequest& request) {
  Design design;
  Measurement m;
  m.name = "second_moment";
  m.command = "napier measure second_moment -o DIR --steps " + std::to_string(request.steps) + " --weights " +
              std::to_string(request.weights) + " --seed " + std::to_string(request.seed);
  m.caption =
      "Bias of g* = g / sqrt(v) in the update unit against a second moment in FP64, standard normal "
      "gradients in "
      "8-bit LNS, beta 0.999, mean over the second half of " +
      std::to_string(request.steps) + " steps and " + std::to_string(request.weights) +
      " weights; bars: lowest and highest weight. With 8 fraction bits log2(beta) rounds to 0, so that v "
      "never decays: a design file with it is refused unless update.v_rounding is stochastic.";
  m.csv = "v_rounding,v_fraction,steps,bias_percent,lowest_percent,highest_percent,log2_beta_units\n";
  m.table =
      "| v_rounding | fraction bits | steps | bias of g*, % | lowest weight | highest weight | log2(beta) in "
      "units |\n"
      "|---|---|---|---|---|---|---|\n";
  m.chart = {.title = "Bias of the second moment",
             .x = {.title = "update.v_fraction, bits"},
             .y = {.title = "Bias of g*, %"},
             .series = {}};
  for (const auto& [rounding, name] : {std::pair{UpdateRounding::kNearest, std::string("nearest")},
                                       {UpdateRounding::kStochastic, "stochastic"}}) {
    design.update.v_rounding = rounding;
    ChartSeries series{.name = name, .points = {}};
    for (const SecondMomentBias& b : second_moment_bias(design, request)) {
      const std::string units = decay_units(design, b.v_fraction);
      m.csv += name + line(",%d,%lld,%.4f,%.4f,%.4f,%s\n", b, units.c_str());
      m.table += "| " + name + line(" | %d | %lld | %.2f | %.2f | %.2f | %s |\n", b, units.c_str());
      series.points.push_back(
          {static_cast<double>(b.v_fraction), b.mean_percent, b.lowest_percent, b.highest_percent});
    }
    m.chart.series.push_back(std::move(series));
  }
  return m;
}

}  // namespace napier::explore

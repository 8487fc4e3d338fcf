#include "models/format/constants.hpp"

#include <mpfr.h>

#include <cmath>
#include <string>

#include "models/base/error.hpp"

namespace napier {
namespace {

/// One MPFR number, released with its scope. 200 bits: no value rounded here comes within 2^-150 of a tie.
class Real {
 public:
  Real() { mpfr_init2(value_, 200); }
  explicit Real(double x) : Real() { mpfr_set_d(value_, x, MPFR_RNDN); }
  ~Real() { mpfr_clear(value_); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  mpfr_ptr get() { return value_; }

 private:
  mpfr_t value_;
};

/// out = 2^(numerator/denominator)
void power_of_two(Real& out, long numerator, long denominator) {
  mpfr_set_si(out.get(), numerator, MPFR_RNDN);
  mpfr_div_si(out.get(), out.get(), denominator, MPFR_RNDN);
  mpfr_exp2(out.get(), out.get(), MPFR_RNDN);
}

/// out = threshold between codes r and r+1, in (1, 2)
void threshold(Real& out, int gamma_log2, Rounding rounding, int r) {
  const long gamma = 1L << gamma_log2;
  if (rounding != Rounding::kLinearNearest) {
    power_of_two(out, 2 * r + 1, 2 * gamma);
    return;
  }
  Real upper;
  power_of_two(out, r, gamma);
  power_of_two(upper, r + 1, gamma);
  mpfr_add(out.get(), out.get(), upper.get(), MPFR_RNDN);
  mpfr_div_2ui(out.get(), out.get(), 1, MPFR_RNDN);
}

std::int64_t scaled_integer(Real& x, int fraction_bits, mpfr_rnd_t rounding) {
  mpfr_mul_2si(x.get(), x.get(), fraction_bits, MPFR_RNDN);
  return mpfr_get_sj(x.get(), rounding);
}

std::vector<std::uint32_t> thresholds(int gamma_log2, Rounding rounding, int bits, mpfr_rnd_t direction) {
  std::vector<std::uint32_t> result;
  for (int r = 0; r < (1 << gamma_log2); ++r) {
    Real t;
    threshold(t, gamma_log2, rounding, r);
    mpfr_sub_ui(t.get(), t.get(), 1, MPFR_RNDN);
    result.push_back(static_cast<std::uint32_t>(scaled_integer(t, bits, direction)));
  }
  return result;
}

}  // namespace

std::vector<std::uint32_t> octave_constants(int gamma_log2, int fraction_bits) {
  std::vector<std::uint32_t> result;
  for (int r = 0; r < (1 << gamma_log2); ++r) {
    Real c;
    power_of_two(c, r, 1L << gamma_log2);
    result.push_back(static_cast<std::uint32_t>(scaled_integer(c, fraction_bits, MPFR_RNDN)));
  }
  return result;
}

std::vector<std::uint32_t> mantissa_thresholds(int gamma_log2, Rounding rounding, int bits) {
  return thresholds(gamma_log2, rounding, bits, MPFR_RNDN);
}

std::vector<std::uint32_t> float_thresholds(int gamma_log2, Rounding rounding) {
  return thresholds(gamma_log2, rounding, 23, MPFR_RNDU);
}

std::vector<std::uint32_t> float_code_mantissas(int gamma_log2) {
  std::vector<std::uint32_t> result;
  for (int r = 0; r < (1 << gamma_log2); ++r) {
    Real c;
    power_of_two(c, r, 1L << gamma_log2);
    mpfr_sub_ui(c.get(), c.get(), 1, MPFR_RNDN);
    result.push_back(static_cast<std::uint32_t>(scaled_integer(c, 23, MPFR_RNDU)));
  }
  return result;
}

std::vector<std::uint32_t> mantissa_code_values(int gamma_log2, int bits) {
  std::vector<std::uint32_t> result;
  for (const std::uint32_t value : octave_constants(gamma_log2, bits))
    result.push_back(value - (std::uint32_t{1} << bits));
  result.push_back(std::uint32_t{1} << bits);
  return result;
}

std::vector<float> float_code_values(int gamma_log2) {
  std::vector<float> result;
  for (int r = 0; r < (1 << gamma_log2); ++r) {
    Real c;
    power_of_two(c, r, 1L << gamma_log2);
    result.push_back(mpfr_get_flt(c.get(), MPFR_RNDN));
  }
  return result;
}

std::int64_t fixed_log2(double x, int fraction_bits) {
  if (!(x > 0) || std::isinf(x)) {
    throw InputError("logarithm of " + std::to_string(x) + ": the value must be finite and above zero");
  }
  Real value(x);
  mpfr_log2(value.get(), value.get(), MPFR_RNDN);
  return scaled_integer(value, fraction_bits, MPFR_RNDN);
}

std::int64_t fixed_log2_correction(double beta, std::int64_t step, int fraction_bits) {
  if (!(beta > 0 && beta < 1) || step < 1) {
    throw InputError("bias correction needs 0 < beta < 1 and step >= 1");
  }
  Real value(beta);
  mpfr_pow_si(value.get(), value.get(), static_cast<long>(step), MPFR_RNDN);
  mpfr_ui_sub(value.get(), 1, value.get(), MPFR_RNDN);
  mpfr_log2(value.get(), value.get(), MPFR_RNDN);
  return scaled_integer(value, fraction_bits, MPFR_RNDN);
}

std::vector<std::uint32_t> gaussian_logarithm_table(int fraction_bits) {
  std::vector<std::uint32_t> result;
  for (long i = 0;; ++i) {
    Real x;
    power_of_two(x, -(2 * i + 1), 32);
    mpfr_log1p(x.get(), x.get(), MPFR_RNDN);
    Real ln2;
    mpfr_const_log2(ln2.get(), MPFR_RNDN);
    mpfr_div(x.get(), x.get(), ln2.get(), MPFR_RNDN);
    const auto entry = static_cast<std::uint32_t>(scaled_integer(x, fraction_bits, MPFR_RNDN));
    if (entry == 0) return result;
    result.push_back(entry);
  }
}

}  // namespace napier

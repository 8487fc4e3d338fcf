#pragma once
#include <mpfr.h>

#include "models/design/design.hpp"

/// Real numbers for the specifications that the unit tests compare with. 300 bits, another precision than the
/// product's own constants have, and another formula: a root instead of an exponential.
namespace napier::exact {

class Number {
 public:
  Number() { mpfr_init2(value_, 300); }
  explicit Number(double x) : Number() { mpfr_set_d(value_, x, MPFR_RNDN); }
  ~Number() { mpfr_clear(value_); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  mpfr_ptr get() { return value_; }
  mpfr_srcptr get() const { return value_; }

 private:
  mpfr_t value_;
};

/// out = 2^(exponent/denominator): the root of a whole power, so that whole octaves are exact.
inline void set_power(Number& out, long exponent, unsigned long denominator) {
  const auto d = static_cast<long>(denominator);
  const long octave = exponent >= 0 ? exponent / d : -((-exponent + d - 1) / d);
  mpfr_set_ui_2exp(out.get(), 1, exponent - octave * d, MPFR_RNDN);
  mpfr_rootn_ui(out.get(), out.get(), denominator, MPFR_RNDN);
  mpfr_mul_2si(out.get(), out.get(), octave, MPFR_RNDN);
}

/// out = threshold between the numbers 2^(j/gamma) and 2^((j+1)/gamma).
inline void set_threshold(Number& out, Rounding rounding, long j, int gamma) {
  const auto g = static_cast<unsigned long>(gamma);
  if (rounding == Rounding::kLogNearest) {
    set_power(out, 2 * j + 1, 2 * g);
    return;
  }
  Number upper;
  set_power(out, j, g);
  set_power(upper, j + 1, g);
  mpfr_add(out.get(), out.get(), upper.get(), MPFR_RNDN);
  mpfr_div_ui(out.get(), out.get(), 2, MPFR_RNDN);
}

inline bool below_threshold(double x, Rounding rounding, long j, int gamma) {
  Number t;
  set_threshold(t, rounding, j, gamma);
  return mpfr_cmp_d(t.get(), x) > 0;
}

inline float smallest_float_not_below_threshold(Rounding rounding, long j, int gamma) {
  Number t;
  set_threshold(t, rounding, j, gamma);
  return mpfr_get_flt(t.get(), MPFR_RNDU);
}

inline bool at_most_power(double x, long exponent, int gamma) {
  Number p;
  set_power(p, exponent, static_cast<unsigned long>(gamma));
  return mpfr_cmp_d(p.get(), x) >= 0;
}

inline float smallest_float_not_below_power(long exponent, int gamma) {
  Number p;
  set_power(p, exponent, static_cast<unsigned long>(gamma));
  return mpfr_get_flt(p.get(), MPFR_RNDU);
}

}  // namespace napier::exact

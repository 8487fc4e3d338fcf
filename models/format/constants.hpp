#pragma once
#include <cstdint>
#include <vector>

#include "models/design/design.hpp"

/// Constants of the format, each computed once with MPFR at 200 bits and rounded once.
namespace napier {

/// round(2^(r/gamma) * 2^fraction_bits) for r = 0..gamma-1. fraction_bits 1..30.
std::vector<std::uint32_t> octave_constants(int gamma_log2, int fraction_bits);

/// Mantissas (fraction of f in [1,2), without the leading one) at which code r gives way to code r+1,
/// r = 0..gamma-1, as integers of `bits` bits rounded to nearest. f's code is the number of thresholds
/// t with fraction >= t. log_nearest: 2^((r+1/2)/gamma); linear_nearest: the arithmetic midpoint of
/// neighbouring values (US11886980 claim 8). stochastic: those of log_nearest, for numbers that are rounded
/// once for a whole run (initial weights, pixels).
std::vector<std::uint32_t> mantissa_thresholds(int gamma_log2, Rounding rounding, int bits);

/// The same thresholds as the smallest 23-bit float mantissas not below them, so that comparing a float
/// decides exactly as the real threshold does.
std::vector<std::uint32_t> float_thresholds(int gamma_log2, Rounding rounding);

/// Mantissas of the code values 2^(r/gamma), r = 0..gamma-1, as the smallest 23-bit float mantissas not below
/// them: a float mantissa f is at least 2^(r/gamma) just where its fraction is at least entry r.
std::vector<std::uint32_t> float_code_mantissas(int gamma_log2);

/// Mantissas of the code values 2^(r/gamma), r = 0..gamma (the last is 2), without the leading one, as
/// integers of `bits` bits rounded to nearest.
std::vector<std::uint32_t> mantissa_code_values(int gamma_log2, int bits);

/// 2^(r/gamma) for r = 0..gamma-1, each the nearest float.
std::vector<float> float_code_values(int gamma_log2);

/// round(2^fraction_bits * log2(x)) for a finite x > 0, to nearest; throws InputError otherwise.
std::int64_t fixed_log2(double x, int fraction_bits);

/// round(2^fraction_bits * log2(1 - beta^step)) for 0 < beta < 1, step >= 1: the bias correction of the
/// second moment.
std::int64_t fixed_log2_correction(double beta, std::int64_t step, int fraction_bits);

/// Gaussian logarithm log2(1 + 2^-d) at the centres d = (i + 1/2) / 16 octaves of its cells, i = 0, 1, ...,
/// as integers of `fraction_bits`, up to the last that is not zero.
std::vector<std::uint32_t> gaussian_logarithm_table(int fraction_bits);

}  // namespace napier

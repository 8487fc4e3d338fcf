#pragma once
#include <span>
#include <string>

#include "models/format/quantizer.hpp"

/// What weights and their gradients must be before an update may use them.
namespace napier {

/// "weight tensor 2": names in messages the tensor that a network made as its `layer`-th, counted from 0.
std::string weight_tensor_name(int layer);

/// The FP32 numbers that gradient words of scale exponent k stand for; `out` has as many elements. A scale
/// beyond FP32's range, where words would be infinite, is an InputError that names tensor, element and step.
void read_gradient(const Quantizer& quantizer, std::span<const Word> words, int k, int layer,
                   std::int64_t step, std::span<float> out);

/// 3 RMS of the initial weights, which Madam's weights never exceed. InputError, naming the tensor, where
/// they are not finite, and where they are all zero: Madam multiplies, and could never move them.
float madam_limit(std::span<const float> initial, int layer);

}  // namespace napier

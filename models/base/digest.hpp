#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace napier {

/// SHA-256 as 64 hexadecimal digits.
std::string sha256(std::string_view text);
std::string sha256(std::span<const std::byte> bytes);

}  // namespace napier

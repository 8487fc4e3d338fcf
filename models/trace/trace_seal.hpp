#pragma once
#include <filesystem>
#include <string>
#include <string_view>

/// The seal: 512 bytes of text before the HDF5 part of a trace (its "user block", which HDF5 skips) that say
/// format version, length and SHA-256 of what follows. It is checked before HDF5 sees a byte, so a truncated
/// or altered file never reaches the HDF5 library.
namespace napier {

inline constexpr std::size_t kSealBytes = 512;

/// Seal of the HDF5 content that follows it.
std::string make_seal(std::string_view content, int version);

/// Throws InputError where `file` is no trace, of another version, truncated or altered.
void check_seal(const std::filesystem::path& file, int version);

}  // namespace napier

#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

namespace napier {

/// An array of bytes from an IDX file (the format of MNIST): first dimension slowest.
struct IdxArray {
  std::vector<int> shape;
  std::vector<std::uint8_t> bytes;
};

/// Reads a gzip-compressed (or plain) IDX file of unsigned bytes with `dimensions` dimensions. Truncated
/// files, wrong magic numbers, lengths that do not match the header and trailing bytes are InputErrors that
/// name the file. Format: http://yann.lecun.com/exdb/mnist/.
IdxArray read_idx(const std::filesystem::path& file, int dimensions);

}  // namespace napier

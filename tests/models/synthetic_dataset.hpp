#pragma once
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/base/random.hpp"

namespace napier {

inline void write_gzip(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes) {
  gzFile out = gzopen(file.c_str(), "wb");
  gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(out);
}

/// An IDX file of unsigned bytes: header and content.
inline std::vector<std::uint8_t> idx_bytes(const std::vector<int>& shape,
                                           const std::vector<std::uint8_t>& content) {
  std::vector<std::uint8_t> bytes = {0, 0, 8, static_cast<std::uint8_t>(shape.size())};
  for (const int length : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(length >> shift));
  }
  bytes.insert(bytes.end(), content.begin(), content.end());
  return bytes;
}

/// Ten classes of noisy 6 x 6 images, each with a bright place of its own, as the four files of a data set.
inline void write_synthetic_dataset(const std::filesystem::path& folder, int train, int test) {
  constexpr int kSide = 6;
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& prefix, int count, std::uint64_t stream) {
    const Philox random(11);
    std::vector<std::uint8_t> images, labels;
    for (int i = 0; i < count; ++i) {
      const int label = static_cast<int>(random.below(10, stream, static_cast<std::uint64_t>(i)));
      labels.push_back(static_cast<std::uint8_t>(label));
      for (int p = 0; p < kSide * kSide; ++p) {
        const auto noise = random.below(120, stream + 1, static_cast<std::uint64_t>(i * kSide * kSide + p));
        images.push_back(static_cast<std::uint8_t>(p / 3 == label ? 130 + noise : noise));
      }
    }
    write_gzip(folder / (prefix + "-images-idx3-ubyte.gz"), idx_bytes({count, kSide, kSide}, images));
    write_gzip(folder / (prefix + "-labels-idx1-ubyte.gz"), idx_bytes({count}, labels));
  };
  write("train", train, 0);
  write("t10k", test, 2);
}

}  // namespace napier

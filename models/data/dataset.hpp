#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace napier {

/// Labelled samples, one row of `features` bytes (0..255) each.
struct Samples {
  int count = 0;
  int features = 0;
  int predictions = 1;               ///< labels of a sample
  std::vector<std::uint8_t> inputs;  ///< count x features
  std::vector<std::uint8_t> labels;  ///< count x predictions, each below the number of classes

  std::span<const std::uint8_t> input(int i) const { return row(inputs, i, features); }
  std::span<const std::uint8_t> label(int i) const { return row(labels, i, predictions); }

 private:
  static std::span<const std::uint8_t> row(std::span<const std::uint8_t> all, int i, int size) {
    return all.subspan(static_cast<std::size_t>(i) * static_cast<std::size_t>(size),
                       static_cast<std::size_t>(size));
  }
};

/// Images, or sequences of bytes whose labels are each byte's successor.
struct Dataset {
  int classes = 10;
  int height = 1, width = 1;  ///< of an image
  Samples train;
  Samples test;
};

/// The files of a data set in `folder`, whether they are there or not: images and labels of training and
/// test.
std::array<std::filesystem::path, 4> dataset_files(const std::filesystem::path& folder);

/// InputError with the remedy where `file` of a data set is missing; `key` as below.
void require_dataset_file(const std::filesystem::path& file, const std::string& key);

/// Reads the four files of (Fashion-)MNIST, {train,t10k}-{images-idx3,labels-idx1}-ubyte.gz, from `folder`,
/// and keeps the first `train_samples` and `test_samples` (0: all). A missing folder or file, counts that do
/// not match and a label of no class are InputErrors; `key` names the parameter that gave the folder.
Dataset load_dataset(const std::filesystem::path& folder, int train_samples, int test_samples,
                     const std::string& key);

}  // namespace napier

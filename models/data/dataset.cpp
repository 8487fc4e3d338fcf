#include "models/data/dataset.hpp"

#include "models/base/error.hpp"
#include "models/data/idx.hpp"

namespace napier {
namespace fs = std::filesystem;
namespace {

constexpr int kClasses = 10;

struct Images {
  Samples samples;
  int height, width;
};

Images load(const fs::path& image_file, const fs::path& label_file, int wanted, const std::string& key,
            const std::string& count_key) {
  require_dataset_file(image_file, key);
  require_dataset_file(label_file, key);
  IdxArray images = read_idx(image_file, 3);
  IdxArray labels = read_idx(label_file, 1);
  if (images.shape[0] != labels.shape[0]) {
    throw InputError("'" + image_file.string() + "' holds " + std::to_string(images.shape[0]) +
                     " images but '" + label_file.string() + "' " + std::to_string(labels.shape[0]) +
                     " labels; both must come from the same data set");
  }
  if (wanted > images.shape[0]) {
    throw InputError(key + ": " + count_key + " asks for " + std::to_string(wanted) + " samples, but '" +
                     image_file.string() + "' holds " + std::to_string(images.shape[0]) +
                     "; lower it, or give 0 for all");
  }
  Samples samples;
  samples.count = wanted == 0 ? images.shape[0] : wanted;
  samples.features = images.shape[1] * images.shape[2];
  images.bytes.resize(static_cast<std::size_t>(samples.count) * static_cast<std::size_t>(samples.features));
  labels.bytes.resize(static_cast<std::size_t>(samples.count));
  samples.inputs = std::move(images.bytes);
  samples.labels = std::move(labels.bytes);
  for (const std::uint8_t label : samples.labels) {
    if (label >= kClasses) {
      throw InputError("'" + label_file.string() + "' holds label " + std::to_string(label) +
                       "; labels of this data set are 0 to 9");
    }
  }
  return {std::move(samples), images.shape[1], images.shape[2]};
}

}  // namespace

void require_dataset_file(const fs::path& file, const std::string& key) {
  std::error_code error;
  if (fs::is_regular_file(file, error)) return;
  throw InputError(key + ": data set file '" + file.string() +
                   "' is missing; install it with: apt-get install dataset-fashion-mnist, or set " +
                   key.substr(key.rfind(' ') + 1) + " to the folder that holds it");
}

std::array<fs::path, 4> dataset_files(const fs::path& folder) {
  return {folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz",
          folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz"};
}

Dataset load_dataset(const fs::path& folder, int train_samples, int test_samples, const std::string& key) {
  Dataset data;
  data.classes = kClasses;
  const auto [train_images, train_labels, test_images, test_labels] = dataset_files(folder);
  Images train = load(train_images, train_labels, train_samples, key, "dataset.train_samples");
  Images test = load(test_images, test_labels, test_samples, key, "dataset.test_samples");
  data.height = train.height;
  data.width = train.width;
  if (train.height != test.height || train.width != test.width) {
    throw InputError("training and test images in '" + folder.string() + "' differ in size");
  }
  data.train = std::move(train.samples);
  data.test = std::move(test.samples);
  return data;
}

}  // namespace napier

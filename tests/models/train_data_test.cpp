#include <gmock/gmock.h>

#include <fstream>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/temporary_folder.hpp"
#include "models/data/dataset.hpp"
#include "models/data/idx.hpp"
#include "tests/models/synthetic_dataset.hpp"

namespace napier {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Data : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("data_" + std::to_string(getpid()));
    write_synthetic_dataset(folder_, 30, 10);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string refusal(int train = 0, int test = 0) const {
    try {
      load_dataset(folder_, train, test, "e.yaml:3:11: dataset.folder");
    } catch (const InputError& e) {
      return e.what();
    }
    return "accepted";
  }

  fs::path file(const std::string& name) const { return folder_ / (name + "-ubyte.gz"); }
  fs::path folder_;
};

TEST_F(Data, ReadsSamplesAndLimits) {
  const Dataset data = load_dataset(folder_, 20, 0, "key");
  EXPECT_EQ(data.train.count, 20);
  EXPECT_EQ(data.test.count, 10);
  EXPECT_EQ(data.train.features, 36);
  EXPECT_EQ(data.train.inputs.size(), 20U * 36);
  EXPECT_EQ(data.train.labels.size(), 20U);
}

TEST_F(Data, MissingFileNamesPackageAndKey) {
  fs::remove(file("train-labels-idx1"));
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("e.yaml:3:11: dataset.folder"), HasSubstr("train-labels"),
                    HasSubstr("apt-get install dataset-fashion-mnist"), HasSubstr("or set dataset.folder")));
}

TEST_F(Data, TruncatedFileIsRefused) {
  const std::string text = read_file(file("train-images-idx3"));
  std::ofstream(file("train-images-idx3"), std::ios::binary) << text.substr(0, text.size() / 2);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("train-images-idx3-ubyte.gz"), HasSubstr("truncated")));
}

TEST_F(Data, ContentShorterThanTheHeaderSays) {
  write_gzip(file("train-images-idx3"), idx_bytes({30, 6, 6}, std::vector<std::uint8_t>(100)));
  EXPECT_THAT(refusal(), HasSubstr("truncated"));
}

TEST_F(Data, ContentLongerThanTheHeaderSays) {
  write_gzip(file("train-images-idx3"), idx_bytes({30, 6, 6}, std::vector<std::uint8_t>(30 * 36 + 1)));
  EXPECT_THAT(refusal(), HasSubstr("longer than its header says"));
}

TEST_F(Data, AFlippedByteIsSeenByTheChecksum) {
  std::string text = read_file(file("t10k-images-idx3"));
  text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 0x10);
  std::ofstream(file("t10k-images-idx3"), std::ios::binary) << text;
  EXPECT_THAT(refusal(), HasSubstr("t10k-images-idx3-ubyte.gz"));
}

TEST_F(Data, ForeignFileIsRefused) {
  write_gzip(file("t10k-images-idx3"), {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_THAT(refusal(), HasSubstr("not an IDX file"));
}

TEST_F(Data, ImpossibleSizeIsRefused) {
  write_gzip(file("t10k-images-idx3"), idx_bytes({1 << 30, 1 << 15, 1 << 15}, {}));
  EXPECT_THAT(refusal(), HasSubstr("impossible size"));
}

TEST_F(Data, CountsMustMatch) {
  write_gzip(file("train-labels-idx1"), idx_bytes({29}, std::vector<std::uint8_t>(29)));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("30 images"), HasSubstr("29 labels")));
}

TEST_F(Data, LabelsMustBeClasses) {
  write_gzip(file("train-labels-idx1"), idx_bytes({30}, std::vector<std::uint8_t>(30, 10)));
  EXPECT_THAT(refusal(), HasSubstr("label 10"));
}

TEST_F(Data, MoreSamplesThanThereAre) {
  EXPECT_THAT(refusal(31), HasSubstr("dataset.train_samples asks for 31"));
}

TEST(TemporaryFolder, RefusesATemporaryPlaceThatIsNone) {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before != nullptr ? before : "";
  setenv("TMPDIR", "/nonexistent", 1);
  EXPECT_THROW(TemporaryFolder(), InputError);
  before != nullptr ? setenv("TMPDIR", kept.c_str(), 1) : unsetenv("TMPDIR");
  EXPECT_TRUE(std::filesystem::is_directory(TemporaryFolder().path()));
}

}  // namespace
}  // namespace napier

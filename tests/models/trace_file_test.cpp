#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <functional>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/stimulus/handshake_log.hpp"
#include "models/trace/reference.hpp"
#include "models/trace/trace_check.hpp"
#include "models/trace/trace_layout.hpp"
#include "models/trace/trace_seal.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::array<Shape, 5> kShapes = {{{9, 5, 7}, {5, 3, 8}, {7, 2, 5}, {1, 1, 1}, {8, 4, 12}}};

std::string refusal(const std::function<void()>& f) {
  try {
    f();
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

class TraceFile : public testing::Test {
 protected:
  TraceFile() : trace_(random_trace(test::small_lns(), kShapes, 21)), file_(folder_ / "trace.h5") {
    write_trace(trace_, file_);
  }

  std::string refusal_of(const std::string& content) const {
    write_file(folder_ / "bad.h5", content);
    return refusal([&] { read_trace(folder_ / "bad.h5"); });
  }

  /// Changes the file through HDF5 and seals it again: a file that is whole but says something wrong.
  std::string refusal_of_forged(const std::function<void(hid_t)>& forge) const {
    const std::filesystem::path bad = folder_ / "forged.h5";
    std::filesystem::copy_file(file_, bad, std::filesystem::copy_options::overwrite_existing);
    const hid_t file = H5Fopen(bad.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    forge(file);
    H5Fclose(file);
    const std::string content = read_file(bad).substr(kSealBytes);
    write_file(bad, make_seal(content, trace_layout::kVersion) + content);
    return refusal([&] { read_trace(bad); });
  }

  std::string group(std::size_t index) const {
    return "/gemm/" + trace_layout::record_name(index, trace_.gemms[index]);
  }

  test::TemporaryFolder folder_;
  Trace trace_;
  std::filesystem::path file_;
};

/// Replaces the value of an integer attribute.
void set_attribute(hid_t file, const std::string& object, const std::string& name, std::int64_t value) {
  const hid_t holder = H5Oopen(file, object.c_str(), H5P_DEFAULT);
  const hid_t attribute = H5Aopen(holder, name.c_str(), H5P_DEFAULT);
  ASSERT_GE(attribute, 0);
  ASSERT_GE(H5Awrite(attribute, H5T_NATIVE_INT64, &value), 0);
  H5Aclose(attribute);
  H5Oclose(holder);
}

/// Replaces a dataset by an empty one of another type or shape.
void replace_dataset(hid_t file, const std::string& name, hid_t type, std::vector<hsize_t> dims,
                     bool chunked) {
  H5Ldelete(file, name.c_str(), H5P_DEFAULT);
  const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  const std::vector<hsize_t> chunk(dims.size(), 1024);
  if (chunked) H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  const hid_t set = H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  ASSERT_GE(set, 0);
  H5Dclose(set);
  H5Pclose(properties);
  H5Sclose(space);
}

TEST(TraceRoundTrip, EveryDesignReadsBackTheSame) {
  const test::TemporaryFolder folder;
  for (const Design& design :
       {Design{}, test::small_lns(), test::small_odd(), test::small_without_zero(), test::small_int8(),
        test::small_channels(), test::small_fp8(), test::small_vectors()}) {
    const Trace written = random_trace(design, kShapes, 31);
    write_trace(written, folder / "t.h5");
    const Trace read = read_trace(folder / "t.h5");
    EXPECT_EQ(read.gemms, written.gemms);
    EXPECT_EQ(read.updates, written.updates);
    EXPECT_EQ(read.design_text, resolved_yaml(design));
    EXPECT_EQ(read.design_digest, design_digest(design));
    EXPECT_EQ(resolved_yaml(read.design), resolved_yaml(design));
    EXPECT_EQ(read.network, "random matrices");
    EXPECT_EQ(read.experiment, "seed 31");
  }
}

TEST(TraceRoundTrip, InfinitiesAndNanOfFp8AreRefused) {
  const test::TemporaryFolder folder;
  for (const FormatKind kind : {FormatKind::kFp8E4m3, FormatKind::kFp8E5m2}) {
    Design design = test::small_fp8();
    design.format.kind = kind;
    const Trace good = random_trace(design, kShapes, 1);
    for (const int word : {0x7F, 0xFF, 0x7C}) {
      Trace bad = good;
      bad.gemms[0].b[0] = static_cast<Word>(word);
      if (kind == FormatKind::kFp8E4m3 && word == 0x7C) {
        EXPECT_NO_THROW(write_trace(bad, folder / "t.h5"));  // a number there
        continue;
      }
      EXPECT_THAT([&] { write_trace(bad, folder / "t.h5"); },
                  testing::ThrowsMessage<InputError>(
                      HasSubstr("b[0] is " + std::to_string(word) + ", an infinity or NaN")));
    }
  }
}

TEST(TraceRoundTrip, ATraceMayHaveNoRecords) {
  const test::TemporaryFolder folder;
  Trace empty;
  empty.design = test::small_lns();
  write_trace(empty, folder / "t.h5");
  EXPECT_TRUE(read_trace(folder / "t.h5").gemms.empty());
}

TEST_F(TraceFile, SameTraceSameBytes) {
  write_trace(trace_, folder_ / "again.h5");
  EXPECT_EQ(read_file(file_), read_file(folder_ / "again.h5"));
}

TEST_F(TraceFile, EveryAlteredByteIsRefused) {
  const std::string content = read_file(file_);
  for (std::size_t at = 0; at < content.size(); at += at < 512 ? 1 : 101) {
    std::string bad = content;
    bad[at] = static_cast<char>(bad[at] ^ 1 << (at % 8));
    ASSERT_NE(refusal_of(bad), "accepted") << "byte " << at;
  }
  std::string bad = content;
  bad.back() = static_cast<char>(bad.back() ^ 1);
  EXPECT_THAT(refusal_of(bad), HasSubstr("was altered: its checksum does not fit; write it again with"));
  EXPECT_THAT(refusal_of(content + '\0'), HasSubstr("was altered"));
}

TEST_F(TraceFile, TruncatedFilesAreRefused) {
  const std::string content = read_file(file_);
  for (std::size_t size = 0; size < content.size(); size += 1 + size / 3) {
    EXPECT_THAT(refusal_of(content.substr(0, size)),
                HasSubstr(size == 0 ? "not a Napier trace" : "is truncated"));
  }
  EXPECT_THAT(refusal_of(content.substr(0, content.size() - 1)), HasSubstr("bytes; write it again"));
}

TEST_F(TraceFile, ForeignFilesAreRefused) {
  EXPECT_THAT(refusal_of("name: lns8_paper\n"), HasSubstr("is not a Napier trace; give a file that"));
  EXPECT_THAT(refusal([&] { read_trace(folder_ / "none.h5"); }),
              HasSubstr("none.h5' cannot be read: No such file"));
  EXPECT_THAT(refusal([&] { read_trace(folder_.path()); }), HasSubstr("cannot be read: Is a directory"));
  const std::filesystem::path foreign = folder_ / "foreign.h5";
  H5Fclose(H5Fcreate(foreign.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  EXPECT_THAT(refusal([&] { read_trace(foreign); }), HasSubstr("is an HDF5 file, but not a Napier trace"));
}

TEST_F(TraceFile, OtherVersionsAreRefused) {
  const std::string content = read_file(file_).substr(kSealBytes);
  EXPECT_THAT(refusal_of(make_seal(content, 3) + content),
              HasSubstr("has format version 3, this program reads version 2; use a newer Napier"));
  EXPECT_THAT(refusal_of(make_seal(content, 0) + content),
              HasSubstr("version 0, this program reads version 2; write"));
}

TEST_F(TraceFile, ForgedContentsAreRefusedAndNamed) {
  const auto remove = [](const std::string& name) {
    return [name](hid_t file) { ASSERT_GE(H5Ldelete(file, name.c_str(), H5P_DEFAULT), 0); };
  };
  const std::string first = group(0);
  for (const char* name : {"a", "b", "acc", "out", "bias"}) {
    EXPECT_THAT(
        refusal_of_forged(remove(first + "/" + name)),
        AllOf(HasSubstr(first + " lacks the dataset '" + name + "'"), HasSubstr("write the trace again")));
  }
  EXPECT_THAT(refusal_of_forged(remove("/design")), HasSubstr("lacks the dataset 'design'"));
  EXPECT_THAT(refusal_of_forged(remove("/gemm")), HasSubstr("lacks the group 'gemm'"));
  EXPECT_THAT(refusal_of_forged(remove(first)), HasSubstr("holds 4 records in 'gemm', its head says 5"));
  EXPECT_THAT(
      refusal_of_forged([&](hid_t file) { H5Adelete_by_name(file, first.c_str(), "k_a", H5P_DEFAULT); }),
      HasSubstr("lacks the attribute 'k_a'"));
  EXPECT_THAT(refusal_of_forged([&](hid_t file) {
                H5Lmove(file, first.c_str(), file, "/gemm/000000_x", H5P_DEFAULT, H5P_DEFAULT);
              }),
              HasSubstr("/gemm/000000_x does not stand in its place"));
}

TEST_F(TraceFile, WrongSizesAndRangesAreRefusedBeforeTheyAreAllocated) {
  const std::string first = group(0);
  const auto attribute = [&](const std::string& name, std::int64_t value) {
    return refusal_of_forged([&](hid_t file) { set_attribute(file, first, name, value); });
  };
  EXPECT_THAT(attribute("m", 10), HasSubstr("'a' whose shape is not the 10 x 7"));
  EXPECT_THAT(attribute("m", -9), HasSubstr("'a' whose shape is not the -9 x 7"));
  EXPECT_THAT(attribute("k", std::int64_t{1} << 40), HasSubstr("attribute 'k' out of range: 1099511627776"));
  EXPECT_THAT(attribute("raw", 2), HasSubstr("attribute 'raw' out of range"));
  EXPECT_THAT(attribute("bias_k", 40000), HasSubstr("bias_k is 40000, expected -32768..32767"));
  EXPECT_THAT(attribute("saturations", -1), HasSubstr("saturations is -1"));
  EXPECT_THAT(attribute("step", 3), HasSubstr("does not stand in its place"));
  EXPECT_THAT(refusal_of_forged([&](hid_t file) {
                replace_dataset(file, first + "/a", H5T_STD_U8LE, {9, 7, 1}, false);
              }),
              HasSubstr("'a' whose shape is not the 9 x 7"));
  EXPECT_THAT(refusal_of_forged([&](hid_t file) {
                replace_dataset(file, first + "/a", H5T_IEEE_F32LE, {9, 7}, false);
              }),
              HasSubstr("'a' with another element type"));
  // 2^31 x 2^31 elements that take no space in the file
  EXPECT_THAT(refusal_of_forged([&](hid_t file) {
                set_attribute(file, first, "m", INT32_MAX);
                set_attribute(file, first, "k", INT32_MAX);
                replace_dataset(file, first + "/a", H5T_STD_U8LE, {INT32_MAX, INT32_MAX}, true);
              }),
              HasSubstr("'a' that claims 4611686014132420609 elements but stores 0 bytes"));
}

TEST_F(TraceFile, RecordsThatDoNotFitAreNotWritten) {
  trace_.gemms[1].acc.pop_back();
  EXPECT_THAT(refusal([&] { write_trace(trace_, folder_ / "new.h5"); }), HasSubstr("acc holds 14 elements"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new.h5"));
  trace_.design.format.kind = FormatKind::kFp32;
  EXPECT_THAT(refusal([&] { write_trace(trace_, folder_ / "new.h5"); }), HasSubstr("format.kind fp32"));
}

TEST_F(TraceFile, UnwritableFolderLeavesNothing) {
  EXPECT_THAT(refusal([&] { write_trace(trace_, file_ / "sub" / "t.h5"); }),
              HasSubstr("cannot create folder"));
  EXPECT_THAT(refusal([&] { write_trace(trace_, "/proc/t.h5"); }), HasSubstr("cannot write '/proc/t.h5'"));
}

TEST_F(TraceFile, FullDiskLeavesTheOldFileAndNoOther) {
  const std::string before = read_file(file_);
  Trace larger = random_trace(test::small_lns(), std::array<Shape, 1>{{{64, 64, 32}}}, 1);
  struct rlimit old_limit {};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {4096, old_limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = refusal([&] { write_trace(larger, file_); });
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_THAT(message, AllOf(HasSubstr("cannot write"), HasSubstr("free disk space")));
  EXPECT_EQ(read_file(file_), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(TraceFile, TraceOfAnotherDesignIsRefused) {
  EXPECT_NO_THROW(check_trace_design(trace_, trace_.design));
  Design other = trace_.design;
  other.name = "other";
  other.pipeline.reduce = 2;
  other.datapath.accumulator_bits = 20;
  EXPECT_THAT(refusal([&] { check_trace_design(trace_, other); }),
              AllOf(HasSubstr("name is small_lns in the trace and other in design 'other'")));
  other.name = trace_.design.name;
  EXPECT_THAT(refusal([&] { check_trace_design(trace_, other); }),
              HasSubstr("datapath.accumulator_bits is 24 in the trace and 20 in design"));
}

/// One wrong golden bit, in a trace whose seal is right, turns the comparison with a run red.
TEST_F(TraceFile, AFlippedGoldenBitIsNoticed) {
  const std::filesystem::path log = folder_ / "log";
  test::write_synthetic_log(trace_.design, make_stimulus(read_trace(file_)), log);
  ASSERT_EQ(compare_with_golden(make_stimulus(trace_), log), std::nullopt);
  struct Flip {
    GoldenField field;
    std::size_t record, element;
    int bits;
    std::string channels;  // that the bit stands on
  };
  const std::vector<Flip> flips = {{GoldenField::kAcc, 0, 44, 24, "drain"},
                                   {GoldenField::kAcc, 3, 0, 24, "drain out"},  // raw
                                   {GoldenField::kOut, 0, 7, 7, "out"},
                                   {GoldenField::kWeightAfter, 2, 34, 16, "update_out"},
                                   {GoldenField::kVAfter, 0, 0, 22, "update_out"}};
  for (const Flip& f : flips) {
    for (int bit = 0; bit < f.bits; ++bit) {
      Trace changed = with_flipped_bit(trace_, f.field, f.record, f.element, bit);
      write_trace(changed, folder_ / "changed.h5");
      changed = read_trace(folder_ / "changed.h5");
      const auto difference = compare_with_golden(make_stimulus(changed), log);
      ASSERT_TRUE(difference) << f.channels << " bit " << bit;
      EXPECT_THAT(f.channels, HasSubstr(difference->channel));
    }
  }
  EXPECT_THAT(refusal([&] { with_flipped_bit(trace_, GoldenField::kOut, 0, 45, 0); }),
              HasSubstr("no element 45"));
  EXPECT_THAT(refusal([&] { with_flipped_bit(trace_, GoldenField::kAcc, 9, 0, 0); }),
              HasSubstr("no record 9"));
  EXPECT_THAT(refusal([&] { with_flipped_bit(trace_, GoldenField::kAcc, 0, 0, 24); }), HasSubstr("bit 24"));
}

}  // namespace
}  // namespace napier

#include "models/interop/array_file.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// One array of each element type, of no, one, two and three sizes, and one without elements.
std::vector<Array> all_types() {
  return {{"bytes", {2, 3}, std::vector<std::uint8_t>{0, 1, 127, 128, 254, 255}, "word", "some [m][n]"},
          {"group/shorts", {1}, std::vector<std::uint16_t>{65535}, "", ""},
          {"group/inner/integers", {}, std::vector<std::int32_t>{-8}, "", ""},
          {"wide", {2, 1, 2}, std::vector<std::int64_t>{1, -2, 3, INT64_MIN}, "", ""},
          {"reals", {3}, std::vector<float>{0.1F, -0.0F, 1e-45F}, "", ""},
          {"doubles", {2, 2}, std::vector<double>{0.1, 1e300, -5e-324, 3}, "", ""},
          {"nothing", {0, 4}, std::vector<float>{}, "", ""},
          {"text", {}, std::string("format:\n  bits: 8\n"), "", ""}};
}

class ArrayFile : public testing::Test {
 protected:
  /// Writes bytes and reads them back as arrays.
  std::vector<Array> read_bytes(const std::string& name, const std::string& bytes) {
    write_file(folder_ / name, bytes);
    return read_arrays(folder_ / name);
  }
  auto refused(const std::string& message) { return ThrowsMessage<InputError>(HasSubstr(message)); }
  test::TemporaryFolder folder_;
};

TEST_F(ArrayFile, NpzKeepsEveryTypeShapeAndBit) {
  write_arrays(folder_ / "x.npz", all_types());
  const std::vector<Array> back = read_arrays(folder_ / "x.npz");
  const std::vector<Array> wanted = all_types();
  ASSERT_EQ(back.size(), wanted.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    EXPECT_EQ(back[i].name, wanted[i].name);
    EXPECT_EQ(back[i].shape, wanted[i].shape) << wanted[i].name;
    EXPECT_EQ(back[i].values, wanted[i].values) << wanted[i].name;
  }
}

TEST_F(ArrayFile, SameArraysGiveSameBytes) {
  for (const char* name : {"x.npz", "x.h5"}) {
    write_arrays(folder_ / name, all_types());
    const std::string first = read_file(folder_ / name);
    setenv("TZ", "America/New_York", 1);  // a zip archive keeps local times where it keeps any
    write_arrays(folder_ / name, all_types());
    unsetenv("TZ");
    EXPECT_EQ(read_file(folder_ / name), first) << name;
  }
}

TEST_F(ArrayFile, NpyKeepsEveryNumberType) {
  for (const Array& array : all_types()) {
    write_arrays(folder_ / "x.npy", {array});
    const std::vector<Array> back = read_arrays(folder_ / "x.npy");
    EXPECT_EQ(back[0].name, "x");
    EXPECT_EQ(back[0].values, array.values) << array.name;
    EXPECT_EQ(read_file(folder_ / "x.npy").find('\n') % 64, 63U) << "elements begin at a multiple of 64";
  }
}

TEST_F(ArrayFile, TextIsReadWithCommentsBlanksAndSigns) {
  const Array csv = read_bytes("a.csv", "# a comment\n1, +2.5 ,-3e2\r\n\n4,5,6").front();
  EXPECT_EQ(csv.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(std::get<std::vector<double>>(csv.values), (std::vector<double>{1, 2.5, -300, 4, 5, 6}));
  const Array text = read_bytes("a.txt", "  1 \t 2\n 3  4 \n").front();
  EXPECT_EQ(std::get<std::vector<double>>(text.values), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(read_bytes("a.txt", "7\n8\n").front().shape, (std::vector<std::int64_t>{2}));
}

TEST_F(ArrayFile, TextIsWrittenInTheShortestFormThatReadsBackEqual) {
  const std::vector<float> values{0.1F, -1e-45F, 16777216.0F, 3.0F};
  write_arrays(folder_ / "b.csv", {{"b", {2, 2}, values, "", ""}});
  EXPECT_EQ(read_file(folder_ / "b.csv"), "0.1,-1e-45\n16777216,3\n");
  EXPECT_EQ(to_floats(read_arrays(folder_ / "b.csv").front()), values);
}

TEST_F(ArrayFile, DamagedTextIsRefusedWithItsPlace) {
  EXPECT_THAT([&] { read_bytes("a.csv", "1,2\n3,x\n"); }, refused("line 2, number 2: 'x' is no number"));
  EXPECT_THAT([&] { read_bytes("a.csv", "1,2\n3\n"); },
              refused("line 2 has 1 numbers where the lines before have 2"));
  EXPECT_THAT([&] { read_bytes("a.csv", "1,\n"); }, refused("line 1, number 2: '' is no number"));
  EXPECT_THAT([&] { read_bytes("a.csv", "1e999\n"); }, refused("is no number of double precision"));
  EXPECT_THAT([&] { read_bytes("a.csv", "# nothing\n"); }, refused("holds no numbers"));
}

TEST_F(ArrayFile, DamagedNumPyFilesAreRefused) {
  write_arrays(folder_ / "x.npy", {{"x", {2, 2}, std::vector<float>{1, 2, 3, 4}, "", ""}});
  const std::string good = read_file(folder_ / "x.npy");
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string bytes = good;
    return bytes.replace(bytes.find(from), from.size(), to);
  };
  EXPECT_THAT([&] { read_bytes("x.npy", "1,2\n"); }, refused("is no NumPy array"));
  EXPECT_THAT([&] { read_bytes("x.npy", good.substr(0, 20)); }, refused("is truncated within its header"));
  EXPECT_THAT([&] { read_bytes("x.npy", good.substr(0, good.size() - 1)); },
              refused("has 15 bytes of elements where its shape [2][2] asks for 16"));
  EXPECT_THAT([&] { read_bytes("x.npy", changed("<f4", ">f4")); }, refused("has elements of type >f4"));
  EXPECT_THAT([&] { read_bytes("x.npy", changed("'shape'", "'sharp'")); }, refused("has a header"));
  EXPECT_THAT([&] { read_bytes("x.npy", changed("(2, 2)", "(-2,2)")); }, refused("has a header"));
}

TEST_F(ArrayFile, FortranOrderIsRefusedWithTheRemedy) {
  write_arrays(folder_ / "x.npy", {{"x", {2, 2}, std::vector<float>{1, 2, 3, 4}, "", ""}});
  std::string bytes = read_file(folder_ / "x.npy");
  bytes.replace(bytes.find("False"), 5, "True");
  bytes.insert(bytes.find('\n'), " ");  // the header keeps its length
  EXPECT_THAT([&] { read_bytes("x.npy", bytes); }, refused("numpy.ascontiguousarray"));
}

/// Whatever byte of an archive is altered, the arrays read are the same or the file is refused.
TEST_F(ArrayFile, NoAlteredByteOfAnArchiveChangesAnArray) {
  write_arrays(folder_ / "x.npz", {{"x", {5}, std::vector<float>{1, 2, 3, 4, 5}, "", ""}});
  const std::string good = read_file(folder_ / "x.npz");
  int refusals = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bytes = good;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x11);
    try {
      const std::vector<Array> arrays = read_bytes("y.npz", bytes);
      for (const Array& array : arrays) {
        EXPECT_EQ(to_floats(array), (std::vector<float>{1, 2, 3, 4, 5})) << "byte " << i;
      }
    } catch (const InputError&) {
      ++refusals;
    }
  }
  EXPECT_GT(refusals, static_cast<int>(good.size()) / 2);
}

TEST_F(ArrayFile, WhatAFileCannotHoldIsRefused) {
  const std::vector<Array> arrays = all_types();
  EXPECT_THAT([&] { write_arrays(folder_ / "x.npy", arrays); }, refused("holds one array, but there are 8"));
  EXPECT_THAT([&] { write_arrays(folder_ / "x.csv", {arrays[3]}); },
              refused("array 'wide' of shape [2][1][2]"));
  EXPECT_THAT([&] { write_arrays(folder_ / "x.csv", {arrays[7]}); }, refused("holds lines of numbers"));
  EXPECT_THAT(
      [&] {
        write_arrays(folder_ / "x.npz", {arrays[0], arrays[0]});
      },
      refused("two arrays of the name 'bytes'"));
  EXPECT_THAT([&] { write_arrays(folder_ / "x.mat", arrays); }, refused("written to: .npy .npz .h5"));
  EXPECT_THAT([&] { read_arrays(folder_ / "x.h5"); }, refused("read from: .npy .npz .csv .txt"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "."));
}

}  // namespace
}  // namespace napier

#include "common/tensor/safetensors_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"
#include "tests/common/tensor/raw_safetensors.h"

namespace decant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Two tensors of 4 and 8 bytes, "b" first in the data.
constexpr char kHeader[] =
    R"({"__metadata__":{"format":"pt"},)"
    R"("b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
    R"("a":{"dtype":"BF16","shape":[2,2],"data_offsets":[4,12]}})";
constexpr char kData[] = "0123456789AB";

absl::StatusOr<SafetensorsHeader> Parse(absl::string_view header,
                                        int64_t data_bytes) {
  const int64_t size = static_cast<int64_t>(header.size());
  return ParseSafetensorsHeader(header, size, 8 + size + data_bytes, "f");
}

// A header of one tensor "t".
std::string One(absl::string_view entry) {
  return absl::StrCat("{\"t\":", entry, "}");
}

class ReaderTest : public testing::Test {
 protected:
  absl::StatusOr<SafetensorsReader> OpenBytes(absl::string_view bytes) {
    File file = ValueOf(File::Create(temp_.Path("f")));
    EXPECT_THAT(file.WriteAt(0, bytes.data(), bytes.size()), IsOk());
    return SafetensorsReader::Open(temp_.Path("f"));
  }
  const TempFolder temp_;
};

TEST_F(ReaderTest, ReadsAGoodFile) {
  const SafetensorsReader reader =
      ValueOf(OpenBytes(RawSafetensors(kHeader, kData)));
  const SafetensorsHeader& header = reader.header();
  ASSERT_EQ(header.tensors.size(), 2u);
  EXPECT_EQ(header.tensors[0].name, "a");  // Sorted by name.
  EXPECT_EQ(header.tensors[1].name, "b");
  EXPECT_EQ(header.metadata.at("format"), "pt");

  const TensorInfo* a = header.Find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->dtype, DType::kBF16);
  EXPECT_THAT(a->shape, ElementsAre(2, 2));
  EXPECT_EQ(a->size_bytes, 8);
  EXPECT_EQ(a->offset_bytes,
            8 + static_cast<int64_t>(std::string(kHeader).size()) + 4);
  EXPECT_EQ(header.Find("c"), nullptr);

  std::string bytes(3, '\0');
  ASSERT_THAT(reader.Read(*a, 2, bytes.data(), 3), IsOk());
  EXPECT_EQ(bytes, "678");
}

TEST_F(ReaderTest, ReadsOnlyInsideTheTensor) {
  const SafetensorsReader reader =
      ValueOf(OpenBytes(RawSafetensors(kHeader, kData)));
  const TensorInfo& b = *reader.header().Find("b");
  char bytes[16];
  EXPECT_THAT(reader.Read(b, 4, bytes, 0), IsOk());
  for (const auto& [offset, size] : std::vector<std::pair<int64_t, int64_t>>{
           {0, 5}, {4, 1}, {5, 0}, {-1, 1}, {0, -1}, {1, INT64_MAX}}) {
    EXPECT_THAT(reader.Read(b, offset, bytes, size),
                Fails(kInvalid, HasSubstr("tensor 'b' has 4 bytes")))
        << offset << " " << size;
  }
}

TEST_F(ReaderTest, TheDigestIsOfLengthWordAndHeader) {
  const std::string file = RawSafetensors(kHeader, kData);
  const std::string head = file.substr(0, file.size() - 12);
  EXPECT_EQ(ValueOf(OpenBytes(file)).header().digest,
            Xxh128Hex(head.data(), head.size()));
  // A space of padding is another header.
  EXPECT_NE(ValueOf(Parse(std::string(kHeader) + " ", 12)).digest,
            ValueOf(Parse(kHeader, 12)).digest);
}

TEST_F(ReaderTest, LegalOddities) {
  EXPECT_THAT(Parse("{}", 0), IsOk());
  EXPECT_THAT(Parse("{}      ", 0), IsOk());
  EXPECT_THAT(
      Parse(One(R"({"dtype":"F32","shape":[],"data_offsets":[0,4]})"), 4),
      IsOk());
  // Two empty tensors share a place with the beginning of a third.
  EXPECT_THAT(Parse(R"({"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},)"
                    R"("y":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                    R"("z":{"dtype":"F32","shape":[3,0],)"
                    R"("data_offsets":[2,2]}})",
                    2),
              IsOk());
}

TEST_F(ReaderTest, EveryTruncationIsRefused) {
  const std::string file = RawSafetensors(kHeader, kData);
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_THAT(OpenBytes(file.substr(0, size)),
                Fails(kInvalid, HasSubstr(temp_.Path("f"))))
        << size;
  }
}

TEST_F(ReaderTest, TrailingBytesAreRefused) {
  EXPECT_THAT(OpenBytes(RawSafetensors(kHeader, std::string(kData) + "x")),
              Fails(kInvalid, HasSubstr("trailing bytes")));
}

TEST_F(ReaderTest, AnAnnouncedLengthIsNeverBelieved) {
  const std::string rest = std::string(kHeader) + kData;
  for (const uint64_t length :
       {uint64_t{100'000'001}, uint64_t{1} << 40, UINT64_MAX, uint64_t{1} << 63,
        UINT64_MAX - 7}) {
    EXPECT_THAT(OpenBytes(LengthWord(length) + rest),
                Fails(kInvalid, HasSubstr("at most 100000000")))
        << length;
  }
  EXPECT_THAT(OpenBytes(LengthWord(90'000'000) + rest),
              Fails(kInvalid, HasSubstr("cut short")));
  EXPECT_THAT(OpenBytes(LengthWord(0) + rest),
              Fails(kInvalid, HasSubstr("begin with '{'")));
}

TEST_F(ReaderTest, AGitLfsPointerIsNamed) {
  EXPECT_THAT(OpenBytes("version https://git-lfs.github.com/spec/v1\n"),
              Fails(kInvalid, HasSubstr("git lfs pull")));
}

TEST_F(ReaderTest, RefusesMalformedHeaders) {
  struct Case {
    std::string header;
    int64_t data_bytes;
    const char* message;
  };
  const char* kSecond = R"("u":{"dtype":"U8","shape":[4],"data_offsets":)";
  const std::string kFirst =
      R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)";
  const Case kCases[] = {
      {"[]", 0, "begin with '{'"},
      {" {}", 0, "begin with '{'"},
      {"{} x", 0, "not valid JSON"},
      {"{\"t\":", 0, "not valid JSON"},
      {kFirst + R"("t":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})", 8,
       "duplicate key"},
      {kFirst + kSecond + "[4,8]}}", 8, nullptr},
      {kFirst + kSecond + "[2,6]}}", 6, "inside the tensor that ends at 4"},
      {kFirst + kSecond + "[0,4]}}", 4, "inside the tensor"},
      {kFirst + kSecond + "[6,10]}}", 10, "leaving a hole after 4"},
      {One(R"({"dtype":"U8","shape":[4],"data_offsets":[2,6]})"), 6,
       "leaving a hole after 0"},
      {One(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]})"), 3,
       "cut short"},
      {One(R"({"dtype":"U8","shape":[4],"data_offsets":[4,0]})"), 4,
       "before they begin"},
      {One(R"({"dtype":"U8","shape":[5],"data_offsets":[0,4]})"), 4, "takes 5"},
      {One(R"({"dtype":"F32","shape":[4],"data_offsets":[0,4]})"), 4,
       "takes 16"},
      {One(R"({"dtype":"Q4","shape":[4],"data_offsets":[0,4]})"), 4,
       "unknown dtype 'Q4'"},
      {One(R"({"dtype":7,"shape":[4],"data_offsets":[0,4]})"), 4,
       "dtype is missing or not a string"},
      {One(R"({"shape":[4],"data_offsets":[0,4]})"), 4, "dtype is missing"},
      {One(R"({"dtype":"U8","data_offsets":[0,4]})"), 4, "shape is not"},
      {One(R"({"dtype":"U8","shape":4,"data_offsets":[0,4]})"), 4,
       "shape is not"},
      {One(R"({"dtype":"U8","shape":[-4],"data_offsets":[0,4]})"), 4,
       "shape is not"},
      {One(R"({"dtype":"U8","shape":[4.0],"data_offsets":[0,4]})"), 4,
       "shape is not"},
      {One(R"({"dtype":"U8","shape":["4"],"data_offsets":[0,4]})"), 4,
       "shape is not"},
      {One(R"({"dtype":"U8","shape":[18446744073709551615],)"
           R"("data_offsets":[0,4]})"),
       4, "shape is not"},
      {One(R"({"dtype":"U8","shape":[4]})"), 4, "data_offsets is not"},
      {One(R"({"dtype":"U8","shape":[4],"data_offsets":[0]})"), 4,
       "data_offsets is not"},
      {One(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4,4]})"), 4,
       "data_offsets is not"},
      {One(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4.0]})"), 4,
       "data_offsets is not"},
      {One(R"({"dtype":"U8","shape":[4],"data_offsets":[-4,0]})"), 4,
       "data_offsets is not"},
      {One(R"({"dtype":"U8","shape":[4],"data_offsets":[0,1e1]})"), 4,
       "data_offsets is not"},
      {One(R"({"dtype":"U8","shape":[4],)"
           R"("data_offsets":[9223372036854775808,9223372036854775812]})"),
       4, "data_offsets is not"},
      // Products that would wrap round to the length they claim.
      {One(R"({"dtype":"U8","shape":[4294967296,4294967296],)"
           R"("data_offsets":[0,0]})"),
       0, "more elements"},
      {One(R"({"dtype":"F32","shape":[4611686018427387904],)"
           R"("data_offsets":[0,0]})"),
       0, "more bytes"},
      {One(R"({"dtype":"U8","shape":[9223372036854775807],)"
           R"("data_offsets":[0,9223372036854775807]})"),
       4, "cut short"},
      {One("null"), 0, "not an object"},
      {R"({"__metadata__":[]})", 0, "__metadata__: is not an object"},
      {R"({"__metadata__":{"n":1}})", 0, "value of 'n' is not a string"},
      {One(std::string(100, '[')), 0, "nested deeper"},
  };
  for (const Case& c : kCases) {
    const absl::StatusOr<SafetensorsHeader> header =
        Parse(c.header, c.data_bytes);
    if (c.message == nullptr) {
      EXPECT_THAT(header, IsOk()) << c.header;
    } else {
      EXPECT_THAT(header, Fails(kInvalid,
                                AllOf(HasSubstr("f: "), HasSubstr(c.message))))
          << c.header;
    }
  }
}

TEST_F(ReaderTest, AHeaderOfAnotherLengthThanAnnouncedIsRefused) {
  EXPECT_THAT(ParseSafetensorsHeader("{}", 3, 11, "f"),
              Fails(kInvalid, HasSubstr("announced")));
}

// Whatever single byte of the file changes, the reader either refuses the file
// or hands out tensors that lie inside it and do not overlap.
TEST_F(ReaderTest, AnySingleCorruptByteIsRefusedOrHarmless) {
  const std::string file = RawSafetensors(kHeader, kData);
  std::mt19937 random(7);
  int refused = 0;
  for (size_t at = 0; at < file.size() - 12; ++at) {
    for (int trial = 0; trial < 24; ++trial) {
      std::string bad = file;
      bad[at] = static_cast<char>(random() & 0xFF);
      absl::StatusOr<SafetensorsHeader> header = ParseSafetensorsHeader(
          absl::string_view(bad).substr(8, bad.size() - 20),
          static_cast<int64_t>(bad.size()) - 20,
          static_cast<int64_t>(bad.size()), "f");
      if (at < 8) header = absl::InvalidArgumentError("length: see above");
      if (!header.ok()) {
        ++refused;
        continue;
      }
      int64_t covered = 0;
      for (const TensorInfo& info : header->tensors) {
        ASSERT_GE(info.offset_bytes, 8);
        ASSERT_LE(info.offset_bytes + info.size_bytes,
                  static_cast<int64_t>(bad.size()));
        covered += info.size_bytes;
      }
      ASSERT_EQ(covered, 12);
    }
  }
  EXPECT_GT(refused, 1000);
}

// Sixty thousand tensors, as many as the largest teacher has in all: parsing
// must not be quadratic. A quadratic one would take minutes, not fail a clock.
TEST_F(ReaderTest, AHugeHeaderIsParsed) {
  std::string header = "{";
  for (int i = 0; i < 60'000; ++i) {
    absl::StrAppend(&header, i > 0 ? "," : "", "\"model.layers.", i,
                    ".mlp.weight\":{\"dtype\":\"U8\",\"shape\":[1,1],"
                    "\"data_offsets\":[",
                    i, ",", i + 1, "]}");
  }
  header += "}";
  const SafetensorsHeader parsed = ValueOf(Parse(header, 60'000));
  EXPECT_EQ(parsed.tensors.size(), 60'000u);
  EXPECT_EQ(parsed.Find("model.layers.59999.mlp.weight")->size_bytes, 1);
}

TEST_F(ReaderTest, AMissingFileIsNotFound) {
  EXPECT_THAT(SafetensorsReader::Open(temp_.Path("absent")),
              Fails(absl::StatusCode::kNotFound, HasSubstr("absent")));
}

}  // namespace
}  // namespace decant

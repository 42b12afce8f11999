#include "common/tensor/safetensors_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/tensor/safetensors_reader.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class WriterTest : public testing::Test {
 protected:
  std::string path() const { return temp_.Path("f.safetensors"); }
  SafetensorsWriter Create(const std::vector<TensorSpec>& specs) {
    return ValueOf(SafetensorsWriter::Create(path(), specs));
  }
  const TempFolder temp_;
};

// Bytes that depend on the tensor and on the place in it.
std::string Content(size_t tensor, int64_t size_bytes) {
  std::mt19937 random(static_cast<unsigned>(tensor));
  std::string bytes(static_cast<size_t>(size_bytes), '\0');
  for (char& c : bytes) c = static_cast<char>(random() & 0xFF);
  return bytes;
}

void ExpectContent(const std::string& path, size_t num_tensors) {
  const SafetensorsReader reader = ValueOf(SafetensorsReader::Open(path));
  ASSERT_EQ(reader.header().tensors.size(), num_tensors);
  for (size_t i = 0; i < num_tensors; ++i) {
    const TensorInfo* info = reader.header().Find(absl::StrCat("t", i));
    ASSERT_NE(info, nullptr) << i;
    std::string bytes(static_cast<size_t>(info->size_bytes), '\0');
    ASSERT_THAT(reader.Read(*info, 0, bytes.data(), info->size_bytes), IsOk());
    EXPECT_EQ(bytes, Content(i, info->size_bytes)) << i;
  }
}

std::vector<TensorSpec> RandomSpecs(unsigned seed, size_t count) {
  const DType kTypes[] = {DType::kU8, DType::kBF16, DType::kF32, DType::kI64};
  std::mt19937 random(seed);
  std::vector<TensorSpec> specs;
  for (size_t i = 0; i < count; ++i) {
    TensorSpec spec{.name = absl::StrCat("t", i),
                    .dtype = kTypes[random() % 4],
                    .shape = {}};
    for (size_t rank = random() % 4; rank > 0; --rank) {
      spec.shape.push_back(random() % 8);  // Empty ones too.
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

TEST_F(WriterTest, RandomFilesRoundTrip) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const std::vector<TensorSpec> specs = RandomSpecs(seed, 12);
    SafetensorsWriter writer = Create(specs);
    for (size_t i = specs.size(); i-- > 0;) {  // In the other order.
      const TensorInfo& info = writer.tensors()[i];
      ASSERT_THAT(writer.Write(info.name, Content(i, info.size_bytes).data(),
                               info.size_bytes),
                  IsOk());
    }
    ASSERT_THAT(writer.Finish(), IsOk());
    ExpectContent(path(), specs.size());
  }
}

TEST_F(WriterTest, HeaderIsPaddedOrderedAndMarked) {
  SafetensorsWriter writer =
      Create({{.name = "z", .shape = {2}}, {.name = "a", .shape = {3}}});
  EXPECT_EQ(writer.tensors()[0].offset_bytes % 8, 0);
  EXPECT_EQ(writer.tensors()[1].offset_bytes,
            writer.tensors()[0].offset_bytes + 8);
  const SafetensorsReader reader = ValueOf(SafetensorsReader::Open(path()));
  EXPECT_EQ(reader.header().metadata,
            (std::map<std::string, std::string>{{"format", "pt"}}));
  EXPECT_EQ(reader.header().Find("z")->offset_bytes,
            writer.tensors()[0].offset_bytes);
}

TEST_F(WriterTest, NamesWithQuotesAndUnicodeSurvive) {
  const std::string name = "a\"b\\c\n语";
  SafetensorsWriter writer = Create({{.name = name, .dtype = DType::kU8}});
  ASSERT_THAT(writer.Write(name, "x", 1), IsOk());
  ASSERT_THAT(writer.Finish(), IsOk());
  EXPECT_NE(ValueOf(SafetensorsReader::Open(path())).header().Find(name),
            nullptr);
}

TEST_F(WriterTest, ThreadsWritePartsInAnyOrder) {
  std::vector<TensorSpec> specs;
  for (size_t i = 0; i < 8; ++i) {
    specs.push_back({.name = absl::StrCat("t", i),
                     .dtype = DType::kU8,
                     .shape = {40, 1000}});
  }
  SafetensorsWriter writer = Create(specs);
  std::vector<std::thread> threads;
  // Each thread writes every fourth row of every tensor.
  for (int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&writer, t] {
      for (size_t i = 0; i < 8; ++i) {
        const std::string bytes = Content(i, 40'000);
        for (int64_t row = t; row < 40; row += 4) {
          EXPECT_THAT(writer.WritePart(absl::StrCat("t", i), row * 1000,
                                       bytes.data() + row * 1000, 1000),
                      IsOk());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_THAT(writer.Finish(), IsOk());
  ExpectContent(path(), 8);
}

TEST_F(WriterTest, OfManyWritersOfOneTensorOneIsAccepted) {
  SafetensorsWriter writer =
      Create({{.name = "t0", .dtype = DType::kU8, .shape = {1000}}});
  const std::string bytes = Content(0, 1000);
  std::vector<absl::Status> statuses(6);
  std::vector<std::thread> threads;
  for (absl::Status& status : statuses) {
    threads.emplace_back(
        [&] { status = writer.Write("t0", bytes.data(), 1000); });
  }
  for (std::thread& thread : threads) thread.join();
  int accepted = 0;
  for (const absl::Status& status : statuses) accepted += status.ok() ? 1 : 0;
  EXPECT_EQ(accepted, 1);
  ASSERT_THAT(writer.Finish(), IsOk());
  ExpectContent(path(), 1);
}

TEST_F(WriterTest, RefusesWritesThatDoNotFit) {
  SafetensorsWriter writer =
      Create({{.name = "t", .dtype = DType::kU8, .shape = {4}}});
  EXPECT_THAT(writer.Write("u", "1234", 4),
              Fails(kInvalid, HasSubstr("no tensor 'u'")));
  EXPECT_THAT(writer.Write("t", "123", 3),
              Fails(kInvalid, HasSubstr("has 4 bytes, not 3")));
  EXPECT_THAT(writer.WritePart("t", 2, "123", 3),
              Fails(kInvalid, HasSubstr("cannot write 3 at 2")));
  EXPECT_THAT(writer.WritePart("t", -1, "1", 1),
              Fails(kInvalid, HasSubstr("cannot write")));
  EXPECT_THAT(writer.WritePart("t", 1, "1", INT64_MAX),
              Fails(kInvalid, HasSubstr("cannot write")));
  ASSERT_THAT(writer.Write("t", "1234", 4), IsOk());
  EXPECT_THAT(writer.Write("t", "1234", 4),
              Fails(kInvalid, HasSubstr("written before")));
  EXPECT_THAT(writer.WritePart("t", 0, "1", 1),
              Fails(kInvalid, HasSubstr("written before")));
}

TEST_F(WriterTest, FinishNamesTheTensorThatIsMissing) {
  SafetensorsWriter writer =
      Create({{.name = "a", .dtype = DType::kU8, .shape = {4}},
              {.name = "b", .dtype = DType::kU8, .shape = {4}}});
  ASSERT_THAT(writer.Write("a", "1234", 4), IsOk());
  ASSERT_THAT(writer.WritePart("b", 0, "123", 3), IsOk());
  EXPECT_THAT(writer.Finish(),
              Fails(absl::StatusCode::kFailedPrecondition,
                    HasSubstr("tensor 'b' has only 3 of 4 bytes")));
  ASSERT_THAT(writer.WritePart("b", 3, "4", 1), IsOk());
  EXPECT_THAT(writer.Finish(), IsOk());
}

TEST_F(WriterTest, RefusesBadSpecsBeforeTouchingTheFile) {
  const std::pair<std::vector<TensorSpec>, const char*> kCases[] = {
      {{{.name = "t"}, {.name = "t"}}, "duplicate"},
      {{{.name = "__metadata__"}}, "duplicate"},
      {{{.name = "t\xff"}}, "UTF-8"},
      {{{.name = "t", .shape = {-1}}}, "negative extent"},
      {{{.name = "t", .shape = {1LL << 40, 1LL << 40}}}, "more elements"},
      {{{.name = "t", .shape = {1LL << 62}}}, "larger than 2^63"},
  };
  for (const auto& [specs, message] : kCases) {
    EXPECT_THAT(SafetensorsWriter::Create(path(), specs).status(),
                Fails(kInvalid, HasSubstr(message)));
    EXPECT_FALSE(FileExists(path())) << message;
  }
}

}  // namespace
}  // namespace decant

#include "worker/io/tensor_file.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>

#include <limits>
#include <string>

#include "common/tensor/safetensors_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/io/checkpoint_builder.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

TEST(TensorFileTest, ReadsBackWhatItWroteInEveryType) {
  const std::string path = JoinPath(FreshFolder("out"), "t.safetensors");
  for (const at::ScalarType type :
       {at::kFloat, at::kDouble, at::kBFloat16, at::kHalf}) {
    const at::Tensor a = at::randn({3, 5}).to(type);
    const at::Tensor b = at::randn({7}).to(type);

    ASSERT_TRUE(WriteTensorFile(path, {{"a", a}, {"b", b.flip(0)}}).ok());

    EXPECT_TRUE(at::equal(ReadTensorFile(path, "a").value(), a));
    EXPECT_TRUE(at::equal(ReadTensorFile(path, "b").value(), b.flip(0)));
  }
}

TEST(TensorFileTest, WritesTransposedTensorsRowByRow) {
  const std::string path = JoinPath(FreshFolder("out"), "t.safetensors");
  const at::Tensor a = at::arange(6, at::kFloat).reshape({2, 3}).t();

  ASSERT_TRUE(WriteTensorFile(path, {{"a", a}}).ok());

  EXPECT_TRUE(at::equal(ReadTensorFile(path, "a").value(), a));
}

TEST(TensorFileTest, RefusesIntegersAndNamesWhatIsMissing) {
  const std::string path = JoinPath(FreshFolder("out"), "t.safetensors");
  EXPECT_EQ(WriteTensorFile(path, {{"a", at::ones({2}, at::kLong)}}).code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(WriteTensorFile(path, {{"a", at::ones({2})}}).ok());

  const absl::Status status = ReadTensorFile(path, "b").status();

  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("b"));
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
}

TEST(TensorFileTest, SlicesArriveAsFp32Exactly) {
  const at::Tensor stored = at::randn({6, 4}).to(at::kBFloat16);
  const auto checkpoint = MakeCheckpoint(FreshFolder("m"), {{"w", stored}});
  ASSERT_NE(checkpoint, nullptr);

  const absl::StatusOr<at::Tensor> rows =
      TensorFromSlice(*checkpoint, {"w", 2, 3}, at::kCPU);

  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(*rows, stored.narrow(0, 2, 3).to(at::kFloat)));
}

TEST(TensorFileTest, PackedTensorsAreSeenAsMatrices) {
  const at::Tensor stored = at::randn({3, 2, 5});
  const auto checkpoint = MakeCheckpoint(FreshFolder("m"), {{"w", stored}});
  ASSERT_NE(checkpoint, nullptr);

  const absl::StatusOr<at::Tensor> rows =
      TensorFromSlice(*checkpoint, {"w", 1, 4}, at::kCPU);

  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_TRUE(at::equal(*rows, stored.reshape({6, 5}).narrow(0, 1, 4)));
}

TEST(TensorFileTest, NanIsNamedByTensorAndIndexInTheWholeTensor) {
  at::Tensor stored = at::ones({6, 4});
  stored[3][1] = std::numeric_limits<float>::quiet_NaN();
  const auto checkpoint = MakeCheckpoint(FreshFolder("m"), {{"w.x", stored}});
  ASSERT_NE(checkpoint, nullptr);

  EXPECT_TRUE(TensorFromSlice(*checkpoint, {"w.x", 0, 3}, at::kCPU).ok());
  const absl::Status status =
      TensorFromSlice(*checkpoint, {"w.x", 2, 4}, at::kCPU).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("w.x"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("index 13"));
}

TEST(TensorFileTest, QuantisedTensorsAreRefused) {
  const std::string folder = FreshFolder("m");
  absl::StatusOr<SafetensorsWriter> writer = SafetensorsWriter::Create(
      JoinPath(folder, "model.safetensors"), {{"q", DType::kF8E4M3, {2, 2}}});
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE(writer->Write("q", "abcd", 4).ok());
  ASSERT_TRUE(writer->Finish().ok());
  const auto checkpoint = Checkpoint::Open(folder);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();

  const absl::Status status =
      TensorFromSlice(**checkpoint, {"q"}, at::kCPU).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("F8_E4M3"));
  EXPECT_EQ(TensorFromSlice(**checkpoint, {"r"}, at::kCPU).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace decant

#include "worker/math/torch_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <string>

#include "tests/worker/math/random_matrix.h"

namespace decant {
namespace {

TEST(TryTorchTest, PassesValuesAndStatusesThrough) {
  EXPECT_EQ(TryTorch("adding", [] { return 3; }).value(), 3);
  EXPECT_TRUE(TryTorch("nothing", [] {}).ok());
  const absl::StatusOr<int> failed = TryTorch(
      "inner", [] { return absl::StatusOr<int>(absl::NotFoundError("x")); });
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kNotFound);
}

TEST(TryTorchTest, TurnsATorchErrorIntoInternalOnOneLine) {
  const absl::StatusOr<at::Tensor> product = TryTorch("product", [] {
    return at::zeros({2, 3}).matmul(at::zeros({2, 3}));
  });
  EXPECT_EQ(product.status().code(), absl::StatusCode::kInternal);
  const std::string message(product.status().message());
  EXPECT_THAT(message, testing::StartsWith("product: "));
  EXPECT_THAT(message, testing::Not(testing::HasSubstr("\n")));
}

TEST(TryTorchTest, CallsLackOfMemoryResourceExhausted) {
  const absl::Status bad_alloc =
      TryTorch("buffer", []() -> void { throw std::bad_alloc(); });
  EXPECT_EQ(bad_alloc.code(), absl::StatusCode::kResourceExhausted);

  const absl::StatusOr<at::Tensor> huge =
      TryTorch("huge", [] { return at::zeros({int64_t{1} << 55}); });
  EXPECT_EQ(huge.status().code(), absl::StatusCode::kResourceExhausted)
      << huge.status();
}

}  // namespace
}  // namespace decant

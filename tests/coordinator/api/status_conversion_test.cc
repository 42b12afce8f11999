#include "coordinator/api/status_conversion.h"

#include <string>

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(StatusConversionTest, EveryCodeKeepsItsNumberAndMessage) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status =
        ToGrpcStatus(absl::Status(static_cast<absl::StatusCode>(code), "why"));
    EXPECT_EQ(status.error_code(), code);
    EXPECT_EQ(status.error_message(), "why");
  }
}

TEST(StatusConversionTest, MessagesFitIntoAHeader) {
  const std::string message = std::string("a\x01z") + std::string(9000, 'x');

  const grpc::Status status = ToGrpcStatus(absl::InternalError(message));

  EXPECT_EQ(status.error_message().substr(0, 3), "a?z");
  EXPECT_LE(status.error_message().size(), 4100u);
}

}  // namespace
}  // namespace decant

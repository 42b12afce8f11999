#include "coordinator/api/credential_factory.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

TEST(CredentialFactoryTest, LoopbackIsServed) {
  for (const char* address : {"127.0.0.1:0", "localhost:7070", "[::1]:7070"}) {
    EXPECT_TRUE(LoopbackCredentials().ForServer(address).ok()) << address;
  }
}

TEST(CredentialFactoryTest, EverythingElseIsRefusedWithAWayOut) {
  for (const char* address : {"0.0.0.0:7070", "10.1.2.3:7070", "[::]:7070",
                              "gpu1.example.org:7070"}) {
    const absl::Status status =
        LoopbackCredentials().ForServer(address).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << address;
    EXPECT_THAT(std::string(status.message()), HasSubstr("127.0.0.1:7070"));
    EXPECT_THAT(std::string(status.message()), HasSubstr(address));
  }
}

}  // namespace
}  // namespace decant

#include "common/base/host_port.h"

#include <string>

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(HostPortTest, ReadsAddresses) {
  const struct {
    const char* text;
    const char* host;
    int port;
  } kCases[] = {
      {"127.0.0.1:7070", "127.0.0.1", 7070},
      {"localhost:0", "localhost", 0},
      {"[::1]:65535", "::1", 65535},
  };
  for (const auto& c : kCases) {
    const auto parsed = ParseHostPort(c.text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->host, c.host);
    EXPECT_EQ(parsed->port, c.port);
    EXPECT_EQ(parsed->ToString(), c.text);
  }
}

TEST(HostPortTest, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "localhost", ":7070", "host:", "host:65536",
                           "host:-1", "host:7x", "::1:7070"}) {
    EXPECT_EQ(ParseHostPort(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(HostPortTest, KnowsLoopback) {
  for (const char* host : {"127.0.0.1", "127.8.9.10", "::1", "localhost"}) {
    EXPECT_TRUE(IsLoopbackHost(host)) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "example.org",
                           "localhost.example.org", "127.0.0.1.example.org"}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

}  // namespace
}  // namespace decant

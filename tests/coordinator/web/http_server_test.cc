#include "coordinator/web/http_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/api/fake_core.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// The whole response to a GET, headers and all; "" when nothing answers.
std::string Get(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string response;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) ==
      0) {
    const std::string request = absl::StrCat("GET ", path, " HTTP/1.0\r\n\r\n");
    EXPECT_EQ(write(fd, request.data(), request.size()),
              static_cast<ssize_t>(request.size()));
    char buffer[4096];
    ssize_t count = 0;
    while ((count = read(fd, buffer, sizeof(buffer))) > 0) {
      response.append(buffer, static_cast<size_t>(count));
    }
  }
  close(fd);
  return response;
}

// One server for all tests: stopping one takes CivetWeb seconds.
class HttpServerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    core_ = new FakeCore;
    auto server = HttpServer::Start(
        {.address = "127.0.0.1:0", .patience = absl::Milliseconds(200)},
        *core_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = server->release();
  }
  static void TearDownTestSuite() {
    delete server_;
    delete core_;
  }
  void SetUp() override {
    ASSERT_NE(server_, nullptr);
    core_->answers_metrics = true;
  }

  static FakeCore* core_;
  static HttpServer* server_;
};
FakeCore* HttpServerTest::core_ = nullptr;
HttpServer* HttpServerTest::server_ = nullptr;

TEST_F(HttpServerTest, ServesMetrics) {
  core_->metrics.slots_total = 42;

  const std::string response = Get(server_->port(), "/metrics");

  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(response, HasSubstr("\ndecant_slots 42\n"));
}

TEST_F(HttpServerTest, HealthNeedsAnAnsweringCore) {
  EXPECT_THAT(Get(server_->port(), "/healthz"),
              StartsWith("HTTP/1.1 200 OK\r\n"));

  core_->answers_metrics = false;

  EXPECT_THAT(Get(server_->port(), "/healthz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(Get(server_->port(), "/metrics"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(HttpServerTest, OtherPathsAreNotFound) {
  EXPECT_THAT(Get(server_->port(), "/etc/passwd"), HasSubstr(" 404 Not Found"));
  EXPECT_THAT(Get(server_->port(), "/"), HasSubstr(" 404 Not Found"));
}

TEST_F(HttpServerTest, ABusyPortIsOneLineThatNamesIt) {
  const std::string address = absl::StrCat("127.0.0.1:", server_->port());

  const auto second = HttpServer::Start({.address = address}, *core_);

  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("address in use: " + address));
}

TEST_F(HttpServerTest, RefusesAddressesBeyondThisMachine) {
  EXPECT_EQ(HttpServer::Start({.address = "0.0.0.0:0"}, *core_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace decant

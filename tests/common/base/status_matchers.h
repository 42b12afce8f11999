// Matchers for absl::Status and StatusOr; Debian 12's Abseil has none.
#ifndef DECANT_TESTS_COMMON_BASE_STATUS_MATCHERS_H_
#define DECANT_TESTS_COMMON_BASE_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace decant {

// Short, because most tables of bad input end in it.
inline constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// EXPECT_THAT(Open(path), Fails(absl::StatusCode::kNotFound, HasSubstr("x")));
MATCHER_P2(Fails, code, message_matcher,
           "fails with the given code and message") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return status.code() == code &&
         testing::Matches(message_matcher)(std::string(status.message()));
}

// The value of an OK StatusOr; throws (and so fails the test) otherwise.
template <typename T>
T ValueOf(absl::StatusOr<T> status_or) {
  EXPECT_TRUE(status_or.ok()) << status_or.status();
  return std::move(status_or).value();
}

}  // namespace decant

#endif  // DECANT_TESTS_COMMON_BASE_STATUS_MATCHERS_H_

// What every parameter codec must do, stated once.
#ifndef DECANT_TESTS_COMMON_OPS_CODEC_CASES_H_
#define DECANT_TESTS_COMMON_OPS_CODEC_CASES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "common/base/json.h"
#include "gtest/gtest.h"

namespace decant {

// A change to one key that must be refused with `reason` in the message; a
// discarded value removes the key.
struct BadParam {
  std::string key;
  Json value;
  std::string reason;
};

inline Json Removed() { return Json(Json::value_t::discarded); }

template <typename Params>
void ExpectRoundTrip(const Params& params) {
  const Json json = params.ToJson();
  const absl::StatusOr<Params> parsed = Params::FromJson(json);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(CanonicalJson(parsed->ToJson()), CanonicalJson(json));
}

template <typename Params>
void ExpectRefused(const Params& good, const std::vector<BadParam>& cases) {
  for (const BadParam& bad : cases) {
    Json json = good.ToJson();
    if (bad.value.is_discarded()) {
      json.erase(bad.key);
    } else {
      json[bad.key] = bad.value;
    }
    const absl::Status status = Params::FromJson(json).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_TRUE(absl::StrContains(status.message(), bad.reason))
        << bad.key << ": " << status;
  }
}

}  // namespace decant

#endif  // DECANT_TESTS_COMMON_OPS_CODEC_CASES_H_

#include "common/tensor/source_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/common/base/status_matchers.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

SourceManifest Example() {
  SourceManifest manifest;
  manifest.shards = {
      {.file = "a.safetensors",
       .header_digest = "d1",
       .stamp = {.size_bytes = 10, .mtime_ns = 5, .inode = 7}},
      {.file = "b.safetensors",
       .header_digest = "d2",
       .stamp = {.size_bytes = 20, .mtime_ns = -6, .inode = UINT64_MAX}}};
  manifest.SetDigest();
  return manifest;
}

// One change of each kind, and what CheckSame calls it.
struct Change {
  std::function<void(SourceManifest&)> apply;
  const char* message;
};

const Change kChanges[] = {
    {[](SourceManifest& m) { m.shards[1].stamp.size_bytes = 21; },
     "b.safetensors: size was 20 bytes, is 21"},
    {[](SourceManifest& m) { m.shards[0].stamp.mtime_ns = 6; },
     "a.safetensors: modification time changed"},
    {[](SourceManifest& m) { m.shards[0].stamp.inode = 8; },
     "a.safetensors: file was replaced"},
    {[](SourceManifest& m) { m.shards[1].header_digest = "d3"; },
     "b.safetensors: header changed"},
    {[](SourceManifest& m) { m.shards.pop_back(); }, "b.safetensors: is gone"},
    {[](SourceManifest& m) { m.shards.erase(m.shards.begin()); },
     "a.safetensors: is gone"},
    {[](SourceManifest& m) { m.shards.push_back({.file = "c.safetensors"}); },
     "c.safetensors: is new"},
};

TEST(SourceManifestTest, JsonRoundTrips) {
  const SourceManifest manifest = Example();
  const Json json = manifest.ToJson();
  const SourceManifest back = ValueOf(
      SourceManifest::FromJson(ValueOf(ParseJson(CanonicalJson(json), "m"))));
  EXPECT_EQ(back.ToJson(), json);
  EXPECT_EQ(back.shards[1].stamp.inode, UINT64_MAX);
  EXPECT_THAT(manifest.CheckSame(back), IsOk());
}

TEST(SourceManifestTest, EveryChangeIsNamedAndChangesTheDigest) {
  const SourceManifest before = Example();
  for (const Change& change : kChanges) {
    SourceManifest after = before;
    change.apply(after);
    after.SetDigest();
    EXPECT_NE(after.digest, before.digest) << change.message;
    EXPECT_THAT(before.CheckSame(after),
                Fails(absl::StatusCode::kFailedPrecondition, change.message));
  }
}

TEST(SourceManifestTest, RefusesJsonThatDoesNotHangTogether) {
  const std::pair<std::function<void(Json&)>, const char*> kCases[] = {
      {[](Json& j) { j["digest"] = std::string(64, '0'); },
       "digest does not match"},
      {[](Json& j) { j["shards"][0]["size_bytes"] = 11; },
       "digest does not match"},
      {[](Json& j) { j["shards"][0]["size_bytes"] = -1; }, "at least 0"},
      {[](Json& j) { j["shards"][0]["inode"] = -1; }, "inode"},
      {[](Json& j) { std::swap(j["shards"][0], j["shards"][1]); },
       "not sorted"},
      {[](Json& j) { j["shards"] = Json::object(); }, "must be a list"},
      {[](Json& j) { j["shards"][0].erase("file"); }, "'file' is missing"},
      {[](Json& j) { j["extra"] = 1; }, "'extra' is not known"},
  };
  for (const auto& [change, message] : kCases) {
    Json json = Example().ToJson();
    change(json);
    EXPECT_THAT(SourceManifest::FromJson(json),
                Fails(kInvalid, HasSubstr(message)));
  }
  EXPECT_THAT(SourceManifest::FromJson(Json(3)),
              Fails(kInvalid, HasSubstr("must be an object")));
}

}  // namespace
}  // namespace decant

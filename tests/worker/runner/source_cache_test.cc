#include "worker/runner/source_cache.h"

#include <gmock/gmock.h>

#include "tests/worker/runner/runner_fixture.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

class SourceCacheTest : public RunnerFixture {
 protected:
  absl::StatusOr<std::shared_ptr<const Checkpoint>> Get(
      SourceCache& cache, const SourceRef& source) {
    return cache.Get(source, [this](const ArtifactRef& ref) {
      ++manifests_read_;
      return store_->Read(ref);
    });
  }
  int manifests_read_ = 0;
};

TEST_F(SourceCacheTest, ASourceIsOpenedOnce) {
  SourceCache cache;
  const SourceRef source = MakeSource("teacher");
  const auto first = Get(cache, source);
  const auto second = Get(cache, source);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(manifests_read_, 1);
}

TEST_F(SourceCacheTest, TheLeastRecentlyUsedIsClosed) {
  SourceCache cache(/*capacity=*/2);
  const SourceRef a = MakeSource("a");
  const SourceRef b = MakeSource("b");
  const SourceRef c = MakeSource("c");
  for (const SourceRef& source : {a, b, a, c, a}) {
    ASSERT_TRUE(Get(cache, source).ok());
  }
  EXPECT_EQ(manifests_read_, 3);
  ASSERT_TRUE(Get(cache, b).ok());
  EXPECT_EQ(manifests_read_, 4);
}

TEST_F(SourceCacheTest, AnEvictedSourceStaysOpenForItsHolder) {
  SourceCache cache(/*capacity=*/1);
  const auto held = Get(cache, MakeSource("a", 5.0f));
  ASSERT_TRUE(Get(cache, MakeSource("b")).ok());
  float value = 0;
  ASSERT_TRUE((*held)->ReadSlice({.name = "w"}, &value, sizeof(value)).ok());
  EXPECT_EQ(value, 5.0f);
}

TEST_F(SourceCacheTest, AChangedFileIsNamedWhetherCachedOrNot) {
  SourceCache warm;
  const SourceRef source = MakeSource("teacher");
  ASSERT_TRUE(Get(warm, source).ok());
  ASSERT_TRUE(RemoveAll(JoinPath(source.path, "model.safetensors")).ok());
  WriteModel(source.path, 2.0f);

  SourceCache cold;
  for (SourceCache* cache : {&warm, &cold}) {
    const absl::Status status = Get(*cache, source).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(status.message(), HasSubstr("model.safetensors"));
    EXPECT_FALSE(status.GetPayload(kIneligiblePayload).has_value());
  }
}

TEST_F(SourceCacheTest, AMissingSourceSpeaksOfTheHostNotOfTheUnit) {
  SourceCache cache;
  const SourceRef source = MakeSource("teacher");
  ASSERT_TRUE(RemoveAll(source.path).ok());
  const absl::Status status = Get(cache, source).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_TRUE(status.GetPayload(kIneligiblePayload).has_value());
  EXPECT_THAT(status.message(), HasSubstr(source.path));
}

TEST_F(SourceCacheTest, ALostManifestIsALostArtifact) {
  SourceCache cache;
  const SourceRef source = MakeSource("teacher");
  ASSERT_TRUE(RemoveAll(store_->ArtifactPath(source.manifest.digest)).ok());
  const absl::Status status = Get(cache, source).status();
  EXPECT_TRUE(status.GetPayload(kLostArtifactPayload).has_value());
  EXPECT_FALSE(status.GetPayload(kIneligiblePayload).has_value());
}

TEST_F(SourceCacheTest, AManifestOfAnotherFingerprintIsOurBug) {
  SourceCache cache;
  SourceRef source = MakeSource("teacher");
  source.fingerprint = "other";
  EXPECT_EQ(Get(cache, source).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace decant

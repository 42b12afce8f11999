#include "common/model/layer_map.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace decant {
namespace {

constexpr double kPublishedSteepness = 1 / 0.15;

std::vector<LayerMapEntry> Map(LayerMapOptions options, int64_t student,
                               int64_t teacher) {
  const absl::StatusOr<std::vector<LayerMapEntry>> map =
      MakeLayerMap(options, student, teacher);
  EXPECT_TRUE(map.ok()) << map.status();
  return map.ok() ? *map : std::vector<LayerMapEntry>();
}

double Position(const LayerMapEntry& entry) {
  return static_cast<double>(entry.lo) + entry.w;
}

size_t CountUnread(double steepness, int64_t student, int64_t teacher) {
  return UnreadTeacherLayers(Map({.steepness = steepness}, student, teacher),
                             teacher)
      .size();
}

TEST(LayerMapTest, PublishedSteepnessLeavesMostTeacherLayersUnread) {
  EXPECT_EQ(CountUnread(kPublishedSteepness, 36, 62), 40u);
  EXPECT_EQ(CountUnread(kPublishedSteepness, 48, 62), 34u);
  EXPECT_LT(CountUnread(1.0, 36, 62), 10u);
}

TEST(LayerMapTest, HoldsItsPropertiesForEverySmallPair) {
  const LayerMapOptions kOptions[] = {
      {.kind = LayerMapKind::kLinear},
      {.kind = LayerMapKind::kSigmoid, .steepness = 1.0},
      {.kind = LayerMapKind::kSigmoid, .steepness = kPublishedSteepness},
      {.kind = LayerMapKind::kSigmoid, .steepness = 100.0},
  };
  for (const LayerMapOptions& options : kOptions) {
    for (int64_t student = 2; student <= 40; ++student) {
      for (int64_t teacher = 1; teacher <= 65; ++teacher) {
        const std::vector<LayerMapEntry> map = Map(options, student, teacher);
        SCOPED_TRACE(::testing::Message() << student << " <- " << teacher
                                          << " a " << options.steepness);
        ASSERT_EQ(map.front(),
                  (LayerMapEntry{0, std::min<int64_t>(1, teacher - 1), 0}));
        ASSERT_EQ(map.back(), (LayerMapEntry{teacher - 1, teacher - 1, 0}));
        for (size_t s = 0; s < map.size(); ++s) {
          const LayerMapEntry& mirrored = map[map.size() - 1 - s];
          ASSERT_GE(map[s].w, 0);
          ASSERT_LT(map[s].w, 1);
          ASSERT_EQ(map[s].hi, std::min(map[s].lo + 1, teacher - 1));
          ASSERT_NEAR(Position(map[s]) + Position(mirrored),
                      static_cast<double>(teacher - 1), 3e-9);
          if (s > 0) {
            ASSERT_GE(Position(map[s]), Position(map[s - 1]));
          }
        }
      }
    }
  }
}

TEST(LayerMapTest, LinearMapSnapsToWholeLayers) {
  const std::vector<LayerMapEntry> map =
      Map({.kind = LayerMapKind::kLinear}, 31, 61);
  for (size_t s = 0; s < map.size(); ++s) {
    EXPECT_EQ(map[s].lo, static_cast<int64_t>(2 * s));
    EXPECT_EQ(map[s].w, 0);
  }
  EXPECT_EQ(UnreadTeacherLayers(map, 61).size(), 30u);
}

TEST(LayerMapTest, SigmoidMatchesItsFormula) {
  const std::vector<LayerMapEntry> map = Map({.steepness = 2.0}, 5, 9);
  // s = 1: n = -0.5.
  const double want = 4 * (1 + std::tanh(-1.0) / std::tanh(2.0));
  EXPECT_NEAR(Position(map[1]), want, 1e-12);
  EXPECT_EQ(map[2], (LayerMapEntry{4, 5, 0}));
}

TEST(LayerMapTest, EqualDepthsMapOneToOneLinearly) {
  const std::vector<LayerMapEntry> map =
      Map({.kind = LayerMapKind::kLinear}, 48, 48);
  EXPECT_TRUE(UnreadTeacherLayers(map, 48).empty());
  EXPECT_EQ(map[17], (LayerMapEntry{17, 18, 0}));
}

TEST(LayerMapTest, OneStudentLayerReadsTheLastTeacherLayer) {
  const std::vector<LayerMapEntry> map = Map({}, 1, 7);
  ASSERT_EQ(map.size(), 1u);
  EXPECT_EQ(map[0], (LayerMapEntry{6, 6, 0}));
  EXPECT_EQ(UnreadTeacherLayers(map, 7).size(), 6u);
}

TEST(LayerMapTest, RefusesWhatCannotBeMapped) {
  EXPECT_FALSE(MakeLayerMap({}, 0, 4).ok());
  EXPECT_FALSE(MakeLayerMap({}, 4, 0).ok());
  EXPECT_FALSE(MakeLayerMap({.steepness = 0}, 4, 4).ok());
  EXPECT_FALSE(MakeLayerMap({.steepness = 101}, 4, 4).ok());
  EXPECT_FALSE(MakeLayerMap({.steepness = std::nan("")}, 4, 4).ok());
}

}  // namespace
}  // namespace decant

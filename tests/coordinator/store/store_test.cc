#include "coordinator/store/store.h"

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(WriteBatchTest, IsEmptyUntilAnyKindOfRowIsAdded) {
  EXPECT_TRUE(WriteBatch().empty());

  WriteBatch batch;
  batch.jobs.emplace_back();
  EXPECT_FALSE(batch.empty());
  batch = {};
  batch.unit_specs.emplace_back();
  EXPECT_FALSE(batch.empty());
  batch = {};
  batch.units.emplace_back();
  EXPECT_FALSE(batch.empty());
  batch = {};
  batch.results.emplace_back();
  EXPECT_FALSE(batch.empty());
  batch = {};
  batch.attempts.emplace_back();
  EXPECT_FALSE(batch.empty());
  batch = {};
  batch.effects.emplace_back();
  EXPECT_FALSE(batch.empty());
  batch = {};
  batch.workers.emplace_back();
  EXPECT_FALSE(batch.empty());
  batch = {};
  batch.events.emplace_back();
  EXPECT_FALSE(batch.empty());
}

}  // namespace
}  // namespace decant

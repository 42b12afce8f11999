// What every Store promises. A store's test includes this file, defines a
// factory and instantiates the suite:
//
//   class MyFactory {
//    public:
//     Store& store();   // The open store.
//     void Reopen();    // As after a restart of the process.
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(My, StoreConformance, MyFactory);
#ifndef DECANT_TESTS_CONFORMANCE_STORE_CONFORMANCE_H_
#define DECANT_TESTS_CONFORMANCE_STORE_CONFORMANCE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "coordinator/store/store.h"
#include "tests/common/base/status_matchers.h"

namespace decant {

inline JobRow MakeJobRow(const std::string& id) {
  JobRow row;
  row.id = id;
  row.name = "a job's \"name\"";
  row.phase = {JobState::kStopping, JobState::kCancelled};
  row.message = "why";
  row.recipe_identity = "identity";
  row.numerics_class = "cpu";
  row.output_path = "/out/model";
  row.replace = true;
  row.plan_json = "{\"units\":0}";
  row.progress_json = "{}";
  row.gates_json = "[]";
  row.published_path = "/out/model.rejected";
  row.created_unix_micros = 1;
  row.started_unix_micros = 2;
  row.finished_unix_micros = 3;
  row.version = 4;
  return row;
}

inline UnitStatusRow MakeUnitRow(const std::string& job,
                                 const std::string& unit) {
  UnitStatusRow row;
  row.job_id = job;
  row.unit_id = unit;
  row.state = UnitState::kLeased;
  row.epoch = 5;
  row.generation = 6;
  row.app_failures = 1;
  row.infra_failures = 2;
  row.losses = 3;
  row.memory_floor_bytes = 1LL << 40;
  row.failed_workers_json = "[[\"w\",\"cpu\"]]";
  row.worker_id = "w";
  row.worker_incarnation = "i";
  row.action_key = "key";
  row.result_json = "{}";
  row.cached = true;
  row.message = std::string("line\nline with \0 in it", 22);
  row.run_micros = 7;
  return row;
}

// One job with one unit.
inline WriteBatch MakeBatch(const std::string& job, const std::string& unit) {
  WriteBatch batch;
  batch.jobs.push_back(MakeJobRow(job));
  batch.unit_specs.push_back({job, unit, 0, "{\"id\":1}"});
  batch.units.push_back(MakeUnitRow(job, unit));
  return batch;
}

template <typename Factory>
class StoreConformance : public testing::Test {
 protected:
  Store& store() { return factory_.store(); }
  void Reopen() { factory_.Reopen(); }

 private:
  Factory factory_;
};

TYPED_TEST_SUITE_P(StoreConformance);

TYPED_TEST_P(StoreConformance, ANewStoreIsEmptyAndHasAnId) {
  const StoreSnapshot snapshot = ValueOf(this->store().LoadAll());

  EXPECT_TRUE(snapshot.jobs.empty());
  EXPECT_TRUE(snapshot.units.empty());
  EXPECT_TRUE(snapshot.workers.empty());
  EXPECT_FALSE(this->store().store_id().empty());
}

TYPED_TEST_P(StoreConformance, EveryFieldSurvivesAReopen) {
  WriteBatch batch = MakeBatch("j1", "u1");
  batch.workers.push_back({"w", "i", "host", "cpu", 9});
  batch.results.push_back({"key", "{}"});
  batch.attempts.push_back({"j1", "u1", 5, "w", "i", "failed", "m", 8, 9});
  batch.effects.push_back({"j1", "u1", 6, 5, "key"});
  batch.events.push_back({10, "j1", "submitted", "by me"});
  ASSERT_THAT(this->store().Commit(batch), IsOk());
  const std::string store_id = this->store().store_id();

  this->Reopen();

  EXPECT_EQ(this->store().store_id(), store_id);
  const StoreSnapshot snapshot = ValueOf(this->store().LoadAll());
  EXPECT_EQ(snapshot.jobs, batch.jobs);
  ASSERT_EQ(snapshot.units.size(), 1u);
  EXPECT_EQ(snapshot.units[0].first, batch.unit_specs[0]);
  EXPECT_EQ(snapshot.units[0].second, batch.units[0]);
  EXPECT_EQ(snapshot.workers, batch.workers);
  EXPECT_EQ(ValueOf(this->store().LoadAttempts("j1")), batch.attempts);
  EXPECT_EQ(ValueOf(this->store().LoadEffects("j1")), batch.effects);
  EXPECT_EQ(ValueOf(this->store().LoadEvents("j1", 10)), batch.events);
}

TYPED_TEST_P(StoreConformance, RowsAreReplacedAndJobsKeepTheirOrder) {
  ASSERT_THAT(this->store().Commit(MakeBatch("j2", "u")), IsOk());
  ASSERT_THAT(this->store().Commit(MakeBatch("j1", "u")), IsOk());
  WriteBatch update;
  update.jobs.push_back(MakeJobRow("j2"));
  update.jobs[0].message = "new";
  update.units.push_back(MakeUnitRow("j2", "u"));
  update.units[0].epoch = 99;
  ASSERT_THAT(this->store().Commit(update), IsOk());

  const StoreSnapshot snapshot = ValueOf(this->store().LoadAll());

  ASSERT_EQ(snapshot.jobs.size(), 2u);
  EXPECT_EQ(snapshot.jobs[0].id, "j2");
  EXPECT_EQ(snapshot.jobs[0].message, "new");
  EXPECT_EQ(snapshot.jobs[1].id, "j1");
  ASSERT_EQ(snapshot.units.size(), 2u);
  EXPECT_EQ(snapshot.units[0].second.epoch, 99);
}

TYPED_TEST_P(StoreConformance, UnitsComeByTheirPlaceInThePlan) {
  WriteBatch batch;
  batch.jobs.push_back(MakeJobRow("j"));
  for (int64_t i = 0; i < 3; ++i) {
    const std::string unit(1, static_cast<char>('z' - i));
    batch.unit_specs.push_back({"j", unit, i, "{}"});
    batch.units.push_back(MakeUnitRow("j", unit));
  }
  ASSERT_THAT(this->store().Commit(batch), IsOk());

  const auto units = ValueOf(this->store().LoadUnits("j"));

  ASSERT_EQ(units.size(), 3u);
  EXPECT_EQ(units[0].first.unit_id, "z");
  EXPECT_EQ(units[2].first.unit_id, "x");
  EXPECT_TRUE(ValueOf(this->store().LoadUnits("stranger")).empty());
}

TYPED_TEST_P(StoreConformance, FinalJobsLoadTheirUnitsOnlyWhenAsked) {
  WriteBatch batch = MakeBatch("j", "u");
  batch.jobs[0].phase = {JobState::kDone, JobState::kDone};
  ASSERT_THAT(this->store().Commit(batch), IsOk());

  EXPECT_TRUE(ValueOf(this->store().LoadAll()).units.empty());
  EXPECT_EQ(ValueOf(this->store().LoadUnits("j")).size(), 1u);
}

TYPED_TEST_P(StoreConformance, ASecondEffectIsRefusedWithItsWholeBatch) {
  WriteBatch first = MakeBatch("j", "u");
  first.effects.push_back({"j", "u", 6, 5, "key"});
  ASSERT_THAT(this->store().Commit(first), IsOk());
  WriteBatch second;
  second.units.push_back(MakeUnitRow("j", "u"));
  second.units[0].epoch = 77;
  second.effects.push_back({"j", "u", 6, 7, "key"});

  EXPECT_THAT(this->store().Commit(second),
              Fails(absl::StatusCode::kAlreadyExists, testing::_));

  EXPECT_EQ(ValueOf(this->store().LoadUnits("j"))[0].second.epoch, 5);
  second.effects[0].generation = 7;
  EXPECT_THAT(this->store().Commit(second), IsOk());
  EXPECT_EQ(ValueOf(this->store().LoadUnits("j"))[0].second.epoch, 77);
}

TYPED_TEST_P(StoreConformance, RowsOfStrangersAreRefusedWithTheirBatch) {
  WriteBatch batch = MakeBatch("j", "u");
  batch.units.push_back(MakeUnitRow("j", "stranger"));
  EXPECT_THAT(this->store().Commit(batch),
              Fails(absl::StatusCode::kFailedPrecondition, testing::_));
  EXPECT_TRUE(ValueOf(this->store().LoadAll()).jobs.empty());

  WriteBatch orphan;
  orphan.unit_specs.push_back({"nobody", "u", 0, "{}"});
  EXPECT_THAT(this->store().Commit(orphan),
              Fails(absl::StatusCode::kFailedPrecondition, testing::_));
}

TYPED_TEST_P(StoreConformance, EventsComeNewestLastAndLimited) {
  WriteBatch batch;
  for (int64_t i = 0; i < 5; ++i) {
    batch.events.push_back({i, "j", "kind", std::to_string(i)});
    batch.events.push_back({i, "other", "kind", ""});
  }
  ASSERT_THAT(this->store().Commit(batch), IsOk());

  const auto events = ValueOf(this->store().LoadEvents("j", 2));

  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].message, "3");
  EXPECT_EQ(events[1].message, "4");
}

REGISTER_TYPED_TEST_SUITE_P(StoreConformance, ANewStoreIsEmptyAndHasAnId,
                            EveryFieldSurvivesAReopen,
                            RowsAreReplacedAndJobsKeepTheirOrder,
                            UnitsComeByTheirPlaceInThePlan,
                            FinalJobsLoadTheirUnitsOnlyWhenAsked,
                            ASecondEffectIsRefusedWithItsWholeBatch,
                            RowsOfStrangersAreRefusedWithTheirBatch,
                            EventsComeNewestLastAndLimited);

}  // namespace decant

#endif  // DECANT_TESTS_CONFORMANCE_STORE_CONFORMANCE_H_

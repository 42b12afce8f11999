#include "worker/ops/parallel_tasks.h"

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(ParallelTasksTest, RunsEachTaskOnce) {
  for (const int threads : {-1, 1, 3, 50}) {
    std::vector<std::atomic<int>> runs(20);

    const absl::Status status = RunTasks(threads, runs.size(), [&](size_t i) {
      ++runs[i];
      return absl::OkStatus();
    });

    EXPECT_TRUE(status.ok()) << status;
    for (const std::atomic<int>& count : runs) EXPECT_EQ(count, 1);
  }
  EXPECT_TRUE(RunTasks(2, 0, [](size_t) {
                return absl::InternalError("none to run");
              }).ok());
}

TEST(ParallelTasksTest, AFailureEndsTheRest) {
  std::atomic<int> runs = 0;

  const absl::Status status = RunTasks(1, 100, [&](size_t i) {
    ++runs;
    return i == 3 ? absl::DataLossError("third") : absl::OkStatus();
  });

  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(runs, 4);
}

TEST(ParallelTasksTest, OfSeveralFailuresTheLowestIndexIsTold) {
  std::atomic<int> arrived = 0;

  const absl::Status status = RunTasks(4, 4, [&](size_t i) {
    // All four fail, and none before all are under way.
    ++arrived;
    while (arrived < 4) {
    }
    return absl::InternalError(absl::StrCat("task ", i));
  });

  EXPECT_EQ(std::string(status.message()), "task 0");
}

}  // namespace
}  // namespace decant

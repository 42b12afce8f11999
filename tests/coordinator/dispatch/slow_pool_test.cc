#include "coordinator/dispatch/slow_pool.h"

#include <atomic>
#include <future>

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(SlowPoolTest, WorkRunsAtTheSameTime) {
  SlowPool pool(2);
  std::promise<void> a_runs;
  std::promise<void> b_runs;
  std::promise<void> both_ran;
  // Each waits for the other: only two threads can finish this.
  pool.Run([&] {
    a_runs.set_value();
    b_runs.get_future().wait();
    both_ran.set_value();
  });
  pool.Run([&] {
    b_runs.set_value();
    a_runs.get_future().wait();
  });

  both_ran.get_future().wait();
}

TEST(SlowPoolTest, StoppingWaitsForWhatRunsAndDropsTheRest) {
  std::atomic<int> finished = 0;
  std::promise<void> began;
  std::promise<void> go;
  SlowPool pool(1);
  pool.Run([&] {
    began.set_value();
    go.get_future().wait();
    ++finished;
  });
  began.get_future().wait();
  go.set_value();

  pool.Stop();
  pool.Run([&] { ++finished; });
  pool.Stop();

  EXPECT_EQ(finished, 1);
}

}  // namespace
}  // namespace decant

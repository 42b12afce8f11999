#include "worker/daemon/task_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace decant {
namespace {

TEST(TaskQueueTest, TasksRunInOrderOnTheirThread) {
  TaskQueue queue;
  std::vector<int> order;
  queue.Post([&] { order.push_back(1); });
  queue.Post([&] {
    order.push_back(2);
    queue.Post([&] { order.push_back(3); });
  });
  queue.RunAll();
  EXPECT_THAT(order, testing::ElementsAre(1, 2));
  queue.RunAll();
  EXPECT_THAT(order, testing::ElementsAre(1, 2, 3));
}

TEST(TaskQueueTest, PostEndsTheWait) {
  TaskQueue queue;
  int done = 0;
  std::thread other([&] {
    for (int i = 0; i < 1'000; ++i) queue.Post([&] { ++done; });
  });
  while (done < 1'000) {
    queue.Wait(absl::InfiniteDuration());
    queue.RunAll();
  }
  other.join();
  queue.Wait(-absl::InfiniteDuration());  // Returns at once.
}

}  // namespace
}  // namespace decant

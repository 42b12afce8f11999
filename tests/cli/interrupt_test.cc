#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(InterruptTest, NobodyAskedYet) {
  Interrupt interrupt;
  EXPECT_FALSE(interrupt.requested());
}

// In a process of its own: signals are the process's.
TEST(InterruptDeathTest, ASignalIsNotedAndASecondEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        auto* interrupt = new Interrupt;
        interrupt->Install();
        kill(getpid(), SIGINT);
        while (!interrupt->requested()) usleep(1000);
        kill(getpid(), SIGTERM);
        while (true) pause();
      },
      testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace decant

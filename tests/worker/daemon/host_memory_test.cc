#include "worker/daemon/host_memory.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(HostMemoryTest, ReadsTheKernelsSpelling) {
  EXPECT_EQ(ParseMemTotal("MemTotal:       16384 kB\nMemFree: 1 kB\n"),
            16384 * 1024);
  EXPECT_EQ(ParseMemTotal("MemFree: 1 kB\n"), 0);
  EXPECT_EQ(ParseMemTotal("MemTotal: lots\n"), 0);
  EXPECT_EQ(ParseMemTotal(""), 0);
}

TEST(HostMemoryTest, ThisHostHasSome) {
  EXPECT_GT(HostMemoryBytes(), 64 << 20);
}

}  // namespace
}  // namespace decant

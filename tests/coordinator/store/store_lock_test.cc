#include "coordinator/store/store_lock.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

TEST(StoreLockTest, ASecondHolderIsRefusedUntilTheFirstLetsGo) {
  const TempFolder folder;
  auto first = ValueOf(StoreLock::Take(folder.Path("db")));

  EXPECT_THAT(StoreLock::Take(folder.Path("db")),
              Fails(absl::StatusCode::kFailedPrecondition,
                    testing::HasSubstr("another coordinator")));

  first.reset();
  EXPECT_THAT(StoreLock::Take(folder.Path("db")), IsOk());
}

TEST(StoreLockTest, AFolderThatIsNotThereIsNamed) {
  const TempFolder folder;

  EXPECT_THAT(
      StoreLock::Take(folder.Path("none/db")),
      Fails(absl::StatusCode::kNotFound, testing::HasSubstr("none/db.lock")));
}

}  // namespace
}  // namespace decant

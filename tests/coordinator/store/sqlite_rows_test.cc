#include "coordinator/store/sqlite_rows.h"

#include "coordinator/store/sqlite_schema.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

// Round trips are in the conformance suite; here is what only a damaged or
// hand-edited file can hold.
TEST(SqliteRowsTest, AStateThatIsNoneIsRefused) {
  const TempFolder folder;
  auto connection = ValueOf(SqliteConnection::Open(folder.Path("db")));
  ASSERT_THAT(MigrateSchema(*connection, "s"), IsOk());
  auto write = ValueOf(connection->Prepare(kWriteJob));
  JobRow row;
  row.id = "j";
  ASSERT_THAT(WriteJob(write, row), IsOk());
  ASSERT_THAT(connection->Execute("UPDATE jobs SET state = 'asleep'"), IsOk());

  auto read = ValueOf(connection->Prepare(kReadJobs));
  ASSERT_TRUE(ValueOf(read.Next()));

  EXPECT_THAT(ReadJob(read), Fails(absl::StatusCode::kInvalidArgument,
                                   testing::HasSubstr("asleep")));
}

}  // namespace
}  // namespace decant

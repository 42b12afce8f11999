#include "coordinator/store/sqlite_schema.h"

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

// Every table and index as SQLite keeps it. When this fails, the schema of a
// released version was changed: add a migration instead, and a new golden.
TEST(SqliteSchemaTest, VersionOneIsTheGoldenSchema) {
  const TempFolder folder;
  auto connection = ValueOf(SqliteConnection::Open(folder.Path("db")));
  ASSERT_THAT(MigrateSchema(*connection, "s-1"), IsOk());

  const std::string schema = ValueOf(connection->QueryText(
      "SELECT group_concat(sql, char(10)) FROM "
      "(SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)"));

  const std::string golden = ValueOf(ReadFile(
      absl::StrCat(DECANT_SOURCE_DIR, "/tests/golden/store_schema_v1.sql")));
  EXPECT_EQ(schema + "\n", golden);
  EXPECT_EQ(ValueOf(connection->QueryText("PRAGMA user_version")), "1");
}

TEST(SqliteSchemaTest, MigratingTwiceKeepsTheStoreId) {
  const TempFolder folder;
  auto connection = ValueOf(SqliteConnection::Open(folder.Path("db")));
  ASSERT_THAT(MigrateSchema(*connection, "s-1"), IsOk());
  ASSERT_THAT(MigrateSchema(*connection, "s-2"), IsOk());

  EXPECT_EQ(ValueOf(connection->QueryText("SELECT value FROM meta")), "s-1");
}

TEST(SqliteSchemaTest, WritesAheadAndSyncsEveryCommit) {
  const TempFolder folder;
  auto connection = ValueOf(SqliteConnection::Open(folder.Path("db")));

  ASSERT_THAT(ConfigureConnection(*connection), IsOk());

  EXPECT_EQ(ValueOf(connection->QueryText("PRAGMA journal_mode")), "wal");
  EXPECT_EQ(ValueOf(connection->QueryText("PRAGMA synchronous")), "2");
  EXPECT_EQ(ValueOf(connection->QueryText("PRAGMA foreign_keys")), "1");
}

TEST(SqliteSchemaTest, AnotherProgramsDatabaseIsRefused) {
  const TempFolder folder;
  auto connection = ValueOf(SqliteConnection::Open(folder.Path("db")));
  ASSERT_THAT(connection->Execute("CREATE TABLE t (x)"), IsOk());

  EXPECT_THAT(CheckSchemaVersion(*connection),
              Fails(absl::StatusCode::kFailedPrecondition,
                    testing::HasSubstr("another program")));
}

}  // namespace
}  // namespace decant

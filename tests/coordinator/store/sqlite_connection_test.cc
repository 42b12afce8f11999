#include "coordinator/store/sqlite_connection.h"

#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

class SqliteConnectionTest : public testing::Test {
 protected:
  SqliteConnectionTest()
      : connection_(ValueOf(SqliteConnection::Open(folder_.Path("db")))) {
    EXPECT_THAT(connection_->Execute(
                    "PRAGMA foreign_keys = ON;"
                    "CREATE TABLE a (id TEXT NOT NULL PRIMARY KEY) STRICT;"
                    "CREATE TABLE b (a TEXT NOT NULL REFERENCES a (id)) "
                    "STRICT;"),
                IsOk());
  }

  TempFolder folder_;
  std::unique_ptr<SqliteConnection> connection_;
};

TEST_F(SqliteConnectionTest, BindsAndReadsBackWhateverBytes) {
  auto insert = ValueOf(connection_->Prepare("INSERT INTO a VALUES (?)"));
  const std::string text("o'hara\0\n\"", 9);
  ASSERT_THAT(insert.Run(text), IsOk());

  auto select = ValueOf(connection_->Prepare("SELECT id, 42 FROM a"));
  ASSERT_THAT(select.Start(), IsOk());
  ASSERT_TRUE(ValueOf(select.Next()));

  EXPECT_EQ(select.Text(0), text);
  EXPECT_EQ(select.Int(1), 42);
  EXPECT_FALSE(ValueOf(select.Next()));
}

TEST_F(SqliteConnectionTest, ConstraintsBecomeStatusCodes) {
  auto a = ValueOf(connection_->Prepare("INSERT INTO a VALUES (?)"));
  auto b = ValueOf(connection_->Prepare("INSERT INTO b VALUES (?)"));
  ASSERT_THAT(a.Run(std::string("x")), IsOk());

  EXPECT_THAT(a.Run(std::string("x")),
              Fails(absl::StatusCode::kAlreadyExists,
                    testing::HasSubstr(folder_.Path("db"))));
  EXPECT_THAT(b.Run(std::string("y")),
              Fails(absl::StatusCode::kFailedPrecondition, testing::_));
  EXPECT_THAT(b.Run(std::string("x")), IsOk());
}

TEST_F(SqliteConnectionTest, AFullDatabaseIsResourceExhausted) {
  ASSERT_THAT(connection_->Execute("PRAGMA max_page_count = 5"), IsOk());
  auto insert = ValueOf(connection_->Prepare("INSERT INTO a VALUES (?)"));

  EXPECT_THAT(
      insert.Run(std::string(100'000, 'x')),
      Fails(absl::StatusCode::kResourceExhausted, testing::HasSubstr("full")));
}

TEST_F(SqliteConnectionTest, AFileThatIsNoDatabaseIsDataLoss) {
  ASSERT_THAT(WriteFileAtomically(folder_.Path("text"), std::string(4096, 'x')),
              IsOk());
  auto other = ValueOf(SqliteConnection::Open(folder_.Path("text")));

  EXPECT_THAT(other->QueryText("PRAGMA user_version"),
              Fails(absl::StatusCode::kDataLoss, testing::_));
}

TEST_F(SqliteConnectionTest, AQueryWithoutRowsIsNotFound) {
  EXPECT_THAT(connection_->QueryText("SELECT id FROM a"),
              Fails(absl::StatusCode::kNotFound, testing::_));
}

}  // namespace
}  // namespace decant

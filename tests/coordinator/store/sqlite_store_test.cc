#include "coordinator/store/sqlite_store.h"

#include <sys/wait.h>
#include <unistd.h>

#include "common/base/files.h"
#include "coordinator/store/sqlite_schema.h"
#include "tests/common/base/temp_folder.h"
#include "tests/conformance/store_conformance.h"

namespace decant {
namespace {

using testing::HasSubstr;

class SqliteFactory {
 public:
  SqliteFactory() { Reopen(); }
  Store& store() { return *store_; }
  void Reopen() {
    store_.reset();
    store_ = ValueOf(SqliteStore::Open({.path = folder_.Path("state/db")}));
  }

 private:
  TempFolder folder_;
  std::unique_ptr<SqliteStore> store_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreConformance, SqliteFactory);

TEST(SqliteStoreTest, ASecondCoordinatorIsRefused) {
  const TempFolder folder;
  auto first = ValueOf(SqliteStore::Open({.path = folder.Path("db")}));

  EXPECT_THAT(SqliteStore::Open({.path = folder.Path("db")}),
              Fails(absl::StatusCode::kFailedPrecondition,
                    HasSubstr("another coordinator")));
}

TEST(SqliteStoreTest, ANewerDatabaseIsRefusedAndStaysAsItIs) {
  const TempFolder folder;
  const std::string path = folder.Path("db");
  {
    auto connection = ValueOf(SqliteConnection::Open(path));
    ASSERT_THAT(connection->Execute("CREATE TABLE future (x);"
                                    "PRAGMA user_version = 999;"),
                IsOk());
  }
  const std::string before = ValueOf(ReadFile(path));

  EXPECT_THAT(SqliteStore::Open({.path = path}),
              Fails(absl::StatusCode::kFailedPrecondition,
                    HasSubstr("schema version 999")));

  EXPECT_EQ(ValueOf(ReadFile(path)), before);
}

TEST(SqliteStoreTest, ADamagedDatabaseIsNamed) {
  const TempFolder folder;
  const std::string path = folder.Path("db");
  {
    auto store = ValueOf(SqliteStore::Open({.path = path}));
    WriteBatch batch;
    for (int i = 0; i < 2000; ++i) {
      batch.events.push_back({i, "j", "kind", std::string(100, 'x')});
    }
    ASSERT_THAT(store->Commit(batch), IsOk());
  }
  std::string bytes = ValueOf(ReadFile(path));
  ASSERT_GT(bytes.size(), 100'000u);
  for (size_t i = 40'000; i < 90'000; ++i) bytes[i] = '\x5a';
  ASSERT_THAT(WriteFileAtomically(path, bytes), IsOk());

  EXPECT_THAT(SqliteStore::Open({.path = path}),
              Fails(absl::StatusCode::kDataLoss, HasSubstr(path)));
}

TEST(SqliteStoreTest, AFullDiskIsResourceExhaustedAndNothingIsLost) {
  const TempFolder folder;
  const std::string path = folder.Path("db");
  auto store =
      ValueOf(SqliteStore::Open({.path = path, .max_size_bytes = 1 << 18}));
  ASSERT_THAT(store->Commit(MakeBatch("j", "u")), IsOk());
  WriteBatch large;
  large.units.push_back(MakeUnitRow("j", "u"));
  large.units[0].epoch = 6;
  large.results.push_back({"key", std::string(10'000'000, 'x')});

  EXPECT_THAT(store->Commit(large),
              Fails(absl::StatusCode::kResourceExhausted, HasSubstr(path)));
  EXPECT_EQ(ValueOf(store->LoadUnits("j"))[0].second.epoch, 5);

  store.reset();
  store = ValueOf(SqliteStore::Open({.path = path}));
  EXPECT_THAT(store->Commit(large), IsOk());
  EXPECT_EQ(ValueOf(store->LoadUnits("j"))[0].second.epoch, 6);
}

TEST(SqliteStoreTest, CrashesAfterTheCommitItWasToldTo) {
  const TempFolder folder;
  const std::string path = folder.Path("db");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = SqliteStore::Open({.path = path, .crash_after_commits = 2});
    for (int i = 0; i < 5; ++i) {
      WriteBatch batch;
      batch.events.push_back({i, "j", "kind", ""});
      if (!(*store)->Commit(batch).ok()) _exit(1);
    }
    _exit(0);
  }
  int wait_status = 0;
  ASSERT_EQ(waitpid(child, &wait_status, 0), child);
  ASSERT_TRUE(WIFEXITED(wait_status));
  EXPECT_EQ(WEXITSTATUS(wait_status), 42);

  auto store = ValueOf(SqliteStore::Open({.path = path}));

  EXPECT_EQ(ValueOf(store->LoadEvents("j", 10)).size(), 2u);
}

}  // namespace
}  // namespace decant

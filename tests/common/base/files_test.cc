#include "common/base/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(FilesTest, WritesAndReadsByPosition) {
  const TempFolder temp;
  File file = ValueOf(File::Create(temp.Path("f")));
  ASSERT_THAT(file.Resize(8), IsOk());
  ASSERT_THAT(file.WriteAt(3, "abc", 3), IsOk());
  ASSERT_THAT(file.Sync(), IsOk());
  char bytes[3];
  ASSERT_THAT(file.ReadAt(3, bytes, 3), IsOk());
  EXPECT_EQ(std::string(bytes, 3), "abc");
  EXPECT_EQ(ValueOf(ReadFile(temp.Path("f"))), std::string("\0\0\0abc\0\0", 8));
}

TEST(FilesTest, ReserveSetsTheSize) {
  const TempFolder temp;
  File file = ValueOf(File::Create(temp.Path("f")));
  ASSERT_THAT(file.Reserve(100'000), IsOk());
  EXPECT_EQ(ValueOf(file.Stamp()).size_bytes, 100'000);
  ASSERT_THAT(file.Reserve(0), IsOk());
  EXPECT_EQ(ValueOf(file.Stamp()).size_bytes, 0);
}

TEST(FilesTest, AReadPastTheEndIsDataLoss) {
  const TempFolder temp;
  ASSERT_THAT(WriteFileAtomically(temp.Path("f"), "abc"), IsOk());
  const File file = ValueOf(File::OpenForRead(temp.Path("f")));
  char bytes[4];
  EXPECT_THAT(file.ReadAt(0, bytes, 4),
              Fails(absl::StatusCode::kDataLoss, HasSubstr(file.path())));
}

TEST(FilesTest, ErrorsNameThePathAndTheReason) {
  const TempFolder temp;
  EXPECT_THAT(
      File::OpenForRead(temp.Path("absent")),
      Fails(absl::StatusCode::kNotFound,
            AllOf(HasSubstr(temp.Path("absent")), HasSubstr("No such file"))));
  EXPECT_THAT(File::Create(temp.Path("no/folder")),
              Fails(absl::StatusCode::kNotFound, HasSubstr("no/folder")));
  EXPECT_THAT(ListFolder(temp.Path("absent")),
              Fails(absl::StatusCode::kNotFound, HasSubstr("absent")));
  EXPECT_THAT(FreeBytes(temp.Path("absent")),
              Fails(absl::StatusCode::kNotFound, HasSubstr("absent")));
}

TEST(FilesTest, TheCodeTellsTheCallerWhatToDo) {
  const std::pair<int, absl::StatusCode> kCases[] = {
      {ENOENT, absl::StatusCode::kNotFound},
      {EACCES, absl::StatusCode::kPermissionDenied},
      {EROFS, absl::StatusCode::kPermissionDenied},
      {ENOSPC, absl::StatusCode::kResourceExhausted},
      {EDQUOT, absl::StatusCode::kResourceExhausted},
      {EMFILE, absl::StatusCode::kResourceExhausted},
      {ESTALE, absl::StatusCode::kUnavailable},
      {EIO, absl::StatusCode::kUnavailable},
      {EEXIST, absl::StatusCode::kAlreadyExists},
  };
  for (const auto& [error, code] : kCases) {
    EXPECT_EQ(ErrnoStatus(error, "opening", "/p").code(), code) << error;
  }
}

TEST(FilesTest, MovedFilesKeepTheirDescriptor) {
  const TempFolder temp;
  File first = ValueOf(File::Create(temp.Path("1")));
  File second = ValueOf(File::Create(temp.Path("2")));
  second = std::move(first);
  EXPECT_EQ(second.path(), temp.Path("1"));
  ASSERT_THAT(second.WriteAt(0, "x", 1), IsOk());
  EXPECT_EQ(ValueOf(ReadFile(temp.Path("1"))), "x");
}

TEST(FilesTest, AFileOverTheLimitIsRefused) {
  const TempFolder temp;
  ASSERT_THAT(WriteFileAtomically(temp.Path("f"), "12345"), IsOk());
  EXPECT_THAT(ReadFile(temp.Path("f"), 5), IsOk());
  EXPECT_THAT(ReadFile(temp.Path("f"), 4),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("5 bytes")));
}

TEST(FilesTest, AtomicWriteReplacesAndLeavesNothingBeside) {
  const TempFolder temp;
  ASSERT_THAT(WriteFileAtomically(temp.Path("f"), "old"), IsOk());
  ASSERT_THAT(WriteFileAtomically(temp.Path("f"), "new"), IsOk());
  EXPECT_EQ(ValueOf(ReadFile(temp.Path("f"))), "new");
  EXPECT_THAT(ValueOf(ListFolder(temp.path())), ElementsAre("f"));
}

TEST(FilesTest, AFailedAtomicWriteLeavesTheTargetAndNothingBeside) {
  const TempFolder temp;
  ASSERT_THAT(MakeFolders(temp.Path("f/child")), IsOk());
  EXPECT_FALSE(WriteFileAtomically(temp.Path("f"), "x").ok());
  EXPECT_THAT(ValueOf(ListFolder(temp.path())), ElementsAre("f"));
}

TEST(FilesTest, ReadersOfAnAtomicWriteSeeOldOrNewBytes) {
  const TempFolder temp;
  const std::string path = temp.Path("f");
  ASSERT_THAT(WriteFileAtomically(path, std::string(5000, 'a')), IsOk());
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 50; ++i) {
      EXPECT_THAT(WriteFileAtomically(
                      path, std::string(5000, static_cast<char>('a' + i % 2))),
                  IsOk());
    }
    done = true;
  });
  while (!done) {
    const std::string bytes = ValueOf(ReadFile(path));
    ASSERT_EQ(bytes, std::string(5000, bytes[0]));
  }
  writer.join();
}

TEST(FilesTest, OfManyCreatorsOneWins) {
  const TempFolder temp;
  std::atomic<int> created = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const absl::Status status =
          CreateFileAtomically(temp.Path("f"), absl::StrCat("owner ", t));
      if (status.ok()) ++created;
      EXPECT_TRUE(status.ok() || absl::IsAlreadyExists(status)) << status;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, 1);
  EXPECT_THAT(ValueOf(ListFolder(temp.path())), ElementsAre("f"));
}

TEST(FilesTest, StampsTellFilesApart) {
  const TempFolder temp;
  ASSERT_THAT(WriteFileAtomically(temp.Path("f"), "abc"), IsOk());
  const FileStamp before = ValueOf(StampOf(temp.Path("f")));
  EXPECT_EQ(before,
            ValueOf(ValueOf(File::OpenForRead(temp.Path("f"))).Stamp()));
  ASSERT_THAT(WriteFileAtomically(temp.Path("g"), "abc"), IsOk());
  EXPECT_NE(before, ValueOf(StampOf(temp.Path("g"))));
}

TEST(FilesTest, TouchSetsTheTimeToNow) {
  const TempFolder temp;
  const std::string path = temp.Path("f");
  ASSERT_THAT(WriteFileAtomically(path, "abc"), IsOk());
  const timespec kOld[2] = {{1000, 0}, {1000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), kOld, 0), 0);
  ASSERT_EQ(ValueOf(StampOf(path)).mtime_ns, 1'000'000'000'000);
  ASSERT_THAT(Touch(path), IsOk());
  EXPECT_GT(ValueOf(StampOf(path)).mtime_ns, 1'000'000'000'000);
  EXPECT_THAT(Touch(temp.Path("absent")),
              Fails(absl::StatusCode::kNotFound, HasSubstr("absent")));
}

TEST(FilesTest, FoldersAreMadeListedAndRemoved) {
  const TempFolder temp;
  ASSERT_THAT(MakeFolders(temp.Path("a/b")), IsOk());
  ASSERT_THAT(MakeFolders(temp.Path("a/b")), IsOk());
  ASSERT_THAT(WriteFileAtomically(temp.Path("a/c"), ""), IsOk());
  EXPECT_TRUE(IsFolder(temp.Path("a/b")));
  EXPECT_FALSE(IsFolder(temp.Path("a/c")));
  EXPECT_TRUE(FileExists(temp.Path("a/c")));
  EXPECT_FALSE(FileExists(temp.Path("a/b")));
  EXPECT_THAT(ValueOf(ListFolder(temp.Path("a"))), ElementsAre("b", "c"));
  ASSERT_THAT(RemoveFile(temp.Path("a/c")), IsOk());
  ASSERT_THAT(RemoveFile(temp.Path("a/c")), IsOk());
  ASSERT_THAT(RemoveAll(temp.Path("a")), IsOk());
  ASSERT_THAT(RemoveAll(temp.Path("a")), IsOk());
  EXPECT_FALSE(IsFolder(temp.Path("a")));
}

TEST(FilesTest, RemoveAllDoesNotFollowLinks) {
  const TempFolder temp;
  ASSERT_THAT(MakeFolders(temp.Path("kept")), IsOk());
  ASSERT_THAT(WriteFileAtomically(temp.Path("kept/f"), "x"), IsOk());
  ASSERT_THAT(MakeFolders(temp.Path("gone")), IsOk());
  ASSERT_EQ(symlink("../kept", temp.Path("gone/link").c_str()), 0);
  ASSERT_THAT(RemoveAll(temp.Path("gone")), IsOk());
  EXPECT_TRUE(FileExists(temp.Path("kept/f")));
}

TEST(FilesTest, FreeBytesIsPlausible) {
  const TempFolder temp;
  EXPECT_GT(ValueOf(FreeBytes(temp.path())), 0);
}

TEST(FilesTest, PathsExistWhateverTheyName) {
  const TempFolder temp;
  ASSERT_TRUE(WriteFileAtomically(temp.Path("file"), "x").ok());
  ASSERT_EQ(symlink("/no/such/target", temp.Path("link").c_str()), 0);

  EXPECT_TRUE(PathExists(temp.path()));
  EXPECT_TRUE(PathExists(temp.Path("file")));
  EXPECT_TRUE(PathExists(temp.Path("link")));
  EXPECT_FALSE(PathExists(temp.Path("none")));
  EXPECT_FALSE(FileExists(temp.path()));
}

}  // namespace
}  // namespace decant

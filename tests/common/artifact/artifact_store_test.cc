#include "common/artifact/artifact_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
constexpr absl::StatusCode kStale = absl::StatusCode::kFailedPrecondition;
constexpr absl::StatusCode kNotFound = absl::StatusCode::kNotFound;
constexpr absl::StatusCode kDataLoss = absl::StatusCode::kDataLoss;

class ArtifactStoreTest : public testing::Test {
 protected:
  std::string Scratch(absl::string_view bytes) {
    const std::string path = temp_.Path("scratch");
    EXPECT_THAT(WriteFileAtomically(path, bytes), IsOk());
    return path;
  }
  // Overwrites in place, as a failing disk would.
  void Corrupt(const ArtifactRef& ref, absl::string_view bytes) {
    File file = ValueOf(File::Create(store_.ArtifactPath(ref.digest)));
    ASSERT_THAT(file.WriteAt(0, bytes.data(), bytes.size()), IsOk());
  }
  void MakeOld(const std::string& path) {
    const timespec kOld[2] = {{1000, 0}, {1000, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), kOld, 0), 0);
  }

  const TempFolder temp_;
  ArtifactStore store_ = ValueOf(ArtifactStore::Open(temp_.Path("ws")));
};

TEST_F(ArtifactStoreTest, OpensAnEmptyFolderAndAWorkspaceButNothingElse) {
  EXPECT_THAT(ArtifactStore::Open(temp_.Path("ws")), IsOk());  // Again.
  EXPECT_THAT(ArtifactStore::Open(temp_.Path("new/deep")), IsOk());
  ASSERT_THAT(MakeFolders(temp_.Path("home")), IsOk());
  ASSERT_THAT(WriteFileAtomically(temp_.Path("home/thesis.txt"), "x"), IsOk());
  EXPECT_THAT(ArtifactStore::Open(temp_.Path("home")),
              Fails(kInvalid, AllOf(HasSubstr("thesis.txt"),
                                    HasSubstr("name another folder"))));
  EXPECT_THAT(ValueOf(ListFolder(temp_.Path("home"))),
              ElementsAre("thesis.txt"));
}

TEST_F(ArtifactStoreTest, BytesRoundTripUnderTheirDigest) {
  for (const std::string& bytes :
       {std::string(), std::string("abc"), std::string(5 << 20, 'x')}) {
    const ArtifactRef ref = ValueOf(store_.PublishBytes(bytes));
    EXPECT_EQ(ref.digest, Xxh128Hex(bytes.data(), bytes.size()));
    EXPECT_EQ(ref.size_bytes, static_cast<int64_t>(bytes.size()));
    EXPECT_TRUE(store_.Has(ref));
    EXPECT_EQ(ValueOf(store_.Read(ref)), bytes);
    EXPECT_THAT(store_.Verify(ref), IsOk());
    EXPECT_EQ(store_.ArtifactPath(ref.digest),
              absl::StrCat(store_.root(), "/artifacts/",
                           ref.digest.substr(0, 2), "/", ref.digest));
  }
}

TEST_F(ArtifactStoreTest, APublishedFileMoves) {
  const std::string path = Scratch("weights");
  const ArtifactRef ref = ValueOf(store_.PublishFile(path));
  EXPECT_FALSE(FileExists(path));
  EXPECT_EQ(ref, ValueOf(store_.PublishBytes("weights")));
  EXPECT_EQ(ValueOf(store_.Read(ref)), "weights");
  EXPECT_THAT(ValueOf(ListFolder(DirName(store_.ArtifactPath(ref.digest)))),
              ElementsAre(ref.digest));
}

TEST_F(ArtifactStoreTest, PublishingAgainTouchesAndRemovesTheCopy) {
  const ArtifactRef ref = ValueOf(store_.PublishBytes("weights"));
  const std::string path = store_.ArtifactPath(ref.digest);
  MakeOld(path);
  const std::string copy = Scratch("weights");
  EXPECT_EQ(ValueOf(store_.PublishFile(copy)), ref);
  EXPECT_FALSE(FileExists(copy));
  EXPECT_GT(ValueOf(StampOf(path)).mtime_ns, 1'000'000'000'000);
  MakeOld(path);
  EXPECT_EQ(ValueOf(store_.PublishBytes("weights")), ref);
  EXPECT_GT(ValueOf(StampOf(path)).mtime_ns, 1'000'000'000'000);
}

TEST_F(ArtifactStoreTest, PublishingOverATornFileMendsIt) {
  const ArtifactRef ref = ValueOf(store_.PublishBytes("weights"));
  Corrupt(ref, "wei");
  EXPECT_FALSE(store_.Has(ref));
  EXPECT_EQ(ValueOf(store_.PublishFile(Scratch("weights"))), ref);
  EXPECT_THAT(store_.Verify(ref), IsOk());
}

TEST_F(ArtifactStoreTest, ManyPublishersOfTheSameBytesAgree) {
  const std::string bytes(100'000, 'w');
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back(
        [&] { EXPECT_THAT(store_.PublishBytes(bytes), IsOk()); });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string digest = Xxh128Hex(bytes.data(), bytes.size());
  EXPECT_THAT(ValueOf(ListFolder(DirName(store_.ArtifactPath(digest)))),
              ElementsAre(digest));
}

TEST_F(ArtifactStoreTest, AFlippedBitIsFoundAndTheFileRemoved) {
  const ArtifactRef ref = ValueOf(store_.PublishBytes("weights"));
  for (const bool whole : {true, false}) {
    Corrupt(ref, "weightt");
    EXPECT_TRUE(store_.Has(ref));  // Size only.
    const absl::Status status =
        whole ? store_.Read(ref).status() : store_.Verify(ref);
    EXPECT_THAT(status, Fails(kDataLoss, HasSubstr(ref.digest)));
    EXPECT_FALSE(FileExists(store_.ArtifactPath(ref.digest)));
    EXPECT_THAT(store_.Read(ref), Fails(kNotFound, HasSubstr(ref.digest)));
    EXPECT_EQ(ValueOf(store_.PublishBytes("weights")), ref);
  }
}

TEST_F(ArtifactStoreTest, AStatusAboutALostArtifactCarriesItsDigest) {
  const ArtifactRef ref = ValueOf(store_.PublishBytes("weights"));
  Corrupt(ref, "weightt");
  const absl::Status corrupt = store_.Verify(ref);
  const absl::Status absent = store_.Verify(ref);
  const absl::Status unread = store_.Read(ref).status();
  for (const absl::Status& status : {corrupt, absent, unread}) {
    EXPECT_EQ(status.GetPayload(kLostArtifactPayload), absl::Cord(ref.digest))
        << status;
  }
  const ArtifactRef kMalformed{.digest = "x"};
  EXPECT_EQ(store_.Verify(kMalformed).GetPayload(kLostArtifactPayload),
            absl::nullopt);
}

TEST_F(ArtifactStoreTest, ATruncatedFileIsDataLossAndRemoved) {
  const ArtifactRef ref = ValueOf(store_.PublishBytes("weights"));
  Corrupt(ref, "weigh");
  EXPECT_THAT(store_.Read(ref), Fails(kDataLoss, HasSubstr(ref.digest)));
  EXPECT_FALSE(FileExists(store_.ArtifactPath(ref.digest)));
}

TEST_F(ArtifactStoreTest, AWrongReferenceDoesNotCostAGoodFile) {
  ArtifactRef ref = ValueOf(store_.PublishBytes("weights"));
  ref.size_bytes = 5;
  EXPECT_FALSE(store_.Has(ref));
  EXPECT_THAT(store_.Read(ref), Fails(kInvalid, HasSubstr("says 5")));
  EXPECT_THAT(store_.Verify(ref), Fails(kInvalid, HasSubstr("says 5")));
  EXPECT_TRUE(FileExists(store_.ArtifactPath(ref.digest)));
}

TEST_F(ArtifactStoreTest, DigestsAndNamesCannotLeadOut) {
  ASSERT_THAT(WriteFileAtomically(temp_.Path("secret"), "s"), IsOk());
  for (const std::string& digest :
       {std::string("../../../secret"), std::string("/etc/passwd"),
        std::string(32, 'A'), std::string(31, 'a'), std::string(32, '/'),
        std::string()}) {
    const ArtifactRef ref{.digest = digest, .size_bytes = 1};
    EXPECT_FALSE(store_.Has(ref));
    EXPECT_THAT(store_.Read(ref), Fails(kInvalid, HasSubstr("hex digits")));
    EXPECT_THAT(store_.Verify(ref), Fails(kInvalid, HasSubstr("hex digits")));
    EXPECT_TRUE(IsBeneath(AbsolutePath(store_.ArtifactPath(digest)),
                          store_.root() + "/artifacts"));
    EXPECT_THAT(store_.WriteResult(digest, Json()),
                Fails(kInvalid, HasSubstr("action key")));
    EXPECT_EQ(store_.ReadResult(digest), std::nullopt);
  }
  for (const char* name : {"..", ".", "", "a/b", "../secret", "a\nb", ".x"}) {
    EXPECT_THAT(store_.ReadNonce(name), Fails(kInvalid, HasSubstr("nonce")));
    EXPECT_THAT(store_.WriteNonce(name, "v"),
                Fails(kInvalid, HasSubstr("nonce")));
    EXPECT_THAT(store_.MakeAttemptFolder(name, "u", 1),
                Fails(kInvalid, HasSubstr("job id")));
    EXPECT_THAT(store_.RemoveJobAttempts(name),
                Fails(kInvalid, HasSubstr("job id")));
  }
  EXPECT_TRUE(FileExists(temp_.Path("secret")));
}

TEST_F(ArtifactStoreTest, TheFirstOwnerKeepsTheWorkspace) {
  EXPECT_THAT(store_.OwnerStoreId(), Fails(kNotFound, HasSubstr("workspace")));
  EXPECT_THAT(store_.Claim("s-1", false), IsOk());
  EXPECT_THAT(store_.Claim("s-1", false), IsOk());
  EXPECT_THAT(store_.Claim("s-2", false),
              Fails(kStale, AllOf(HasSubstr("s-1"), HasSubstr("s-2"))));
  EXPECT_EQ(ValueOf(store_.OwnerStoreId()), "s-1");
  EXPECT_THAT(store_.Claim("s-2", true), IsOk());
  EXPECT_EQ(ValueOf(store_.OwnerStoreId()), "s-2");
}

TEST_F(ArtifactStoreTest, OfManyClaimantsOneWins) {
  std::atomic<int> owners = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      ArtifactStore store = ValueOf(ArtifactStore::Open(temp_.Path("ws")));
      if (store.Claim(absl::StrCat("s-", t), false).ok()) ++owners;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(owners, 1);
}

TEST_F(ArtifactStoreTest, AnUnreadableOwnerRecordIsNotOverwritten) {
  const std::string path = store_.root() + "/decant-workspace.json";
  for (const char* record :
       {"{", "[]", R"({"store_id":"s-1"})", R"({"format":2,"store_id":"s"})"}) {
    ASSERT_THAT(WriteFileAtomically(path, record), IsOk());
    EXPECT_THAT(store_.Claim("s-2", false), Fails(kInvalid, HasSubstr(path)));
    EXPECT_EQ(ValueOf(ReadFile(path)), record);
  }
  EXPECT_THAT(store_.Claim("s-2", true), IsOk());
}

TEST_F(ArtifactStoreTest, ResultsRoundTripAndATornOneIsNone) {
  const std::string key = Sha256Hex("action");
  EXPECT_EQ(store_.ReadResult(key), std::nullopt);
  const Json result = {{"outputs", Json::object()}, {"n", 1}};
  ASSERT_THAT(store_.WriteResult(key, result), IsOk());
  EXPECT_EQ(store_.ReadResult(key), result);
  ASSERT_THAT(store_.WriteResult(key, Json{{"n", 2}}), IsOk());
  EXPECT_EQ(store_.ReadResult(key), (Json{{"n", 2}}));
  const std::string path = absl::StrCat(store_.root(), "/results/",
                                        key.substr(0, 2), "/", key, ".json");
  ASSERT_THAT(WriteFileAtomically(path, R"({"n":)"), IsOk());
  EXPECT_EQ(store_.ReadResult(key), std::nullopt);
}

TEST_F(ArtifactStoreTest, AttemptFoldersAreFreshAndApart) {
  const std::string first =
      ValueOf(store_.MakeAttemptFolder("j-1", "1/merge/layer.0", 1));
  const std::string second =
      ValueOf(store_.MakeAttemptFolder("j-1", "1/merge/layer.0", 2));
  const std::string other =
      ValueOf(store_.MakeAttemptFolder("j-1", "1/merge/layer.1", 1));
  EXPECT_NE(first, second);
  EXPECT_NE(first, other);
  EXPECT_TRUE(IsBeneath(first, store_.root() + "/attempts/j-1"));
  ASSERT_THAT(WriteFileAtomically(first + "/f", "x"), IsOk());
  EXPECT_EQ(ValueOf(store_.MakeAttemptFolder("j-1", "1/merge/layer.0", 1)),
            first);
  EXPECT_THAT(ValueOf(ListFolder(first)), IsEmpty());

  const std::string kept = ValueOf(store_.MakeAttemptFolder("j-2", "u", 1));
  ASSERT_THAT(store_.RemoveJobAttempts("j-1"), IsOk());
  EXPECT_FALSE(IsFolder(second));
  EXPECT_TRUE(IsFolder(kept));
}

TEST_F(ArtifactStoreTest, NoncesAreSeenThroughASecondHandle) {
  const ArtifactStore other = ValueOf(ArtifactStore::Open(temp_.Path("ws")));
  EXPECT_THAT(other.ReadNonce("w-1"), Fails(kNotFound, HasSubstr("w-1")));
  ASSERT_THAT(store_.WriteNonce("w-1", "proof"), IsOk());
  EXPECT_EQ(ValueOf(other.ReadNonce("w-1")), "proof");
}

}  // namespace
}  // namespace decant

#include "common/artifact/artifact_store.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr char kOwnerFile[] = "decant-workspace.json";
constexpr const char* kFolders[] = {"artifacts", "results", "attempts",
                                    "nonces"};
constexpr int64_t kFormat = 1;
constexpr int64_t kMaxRecordBytes = 64 << 20;
constexpr size_t kReadBlockBytes = 4 << 20;
constexpr size_t kDigestChars = 32;
constexpr size_t kActionKeyChars = 64;

bool IsHex(absl::string_view text, size_t num_chars) {
  return text.size() == num_chars &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  (c >= 'a' && c <= 'f');
         });
}

// Digests, keys and names come over the network and become paths.
absl::Status CheckHex(absl::string_view text, size_t num_chars,
                      absl::string_view what) {
  if (IsHex(text, num_chars)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " '", absl::string_view(text).substr(0, 80),
                   "' is not ", num_chars, " lower-case hex digits"));
}

absl::Status CheckName(absl::string_view name, absl::string_view what) {
  const bool valid =
      !name.empty() && name.size() <= 128 && name.front() != '.' &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
               c == '_' || c == '.';
      });
  if (valid) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " '", name.substr(0, 80),
                   "' may hold only letters, digits, '-', '_' and '.'"));
}

// mkdir that survives a crash; the parent exists.
absl::Status MakeFolderDurably(const std::string& path) {
  if (IsFolder(path)) return absl::OkStatus();
  RETURN_IF_ERROR(MakeFolders(path));
  return SyncFolder(DirName(path));
}

absl::StatusOr<ArtifactRef> DigestOfFile(const std::string& path) {
  ASSIGN_OR_RETURN(const File file, File::OpenForRead(path));
  ASSIGN_OR_RETURN(const FileStamp stamp, file.Stamp());
  Xxh128Stream stream;
  std::string block(
      std::min(kReadBlockBytes, static_cast<size_t>(stamp.size_bytes)), '\0');
  for (int64_t at = 0; at < stamp.size_bytes;) {
    const size_t take =
        std::min(block.size(), static_cast<size_t>(stamp.size_bytes - at));
    RETURN_IF_ERROR(file.ReadAt(at, block.data(), take));
    stream.Update(block.data(), take);
    at += static_cast<int64_t>(take);
  }
  return ArtifactRef{.digest = stream.Hex(), .size_bytes = stamp.size_bytes};
}

absl::Status CheckWorkspaceOrEmpty(const std::string& root) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListFolder(root));
  for (const std::string& name : names) {
    const bool ours = name == kOwnerFile || name.front() == '.' ||
                      name == "lost+found" ||
                      std::find(std::begin(kFolders), std::end(kFolders),
                                name) != std::end(kFolders);
    if (ours) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "workspace ", root, ": is no workspace and not empty (holds '", name,
        "'); name another folder"));
  }
  return absl::OkStatus();
}

std::string OwnerRecord(absl::string_view store_id) {
  return CanonicalJson(
      {{"format", kFormat}, {"store_id", std::string(store_id)}});
}

// What is wrong with a file whose bytes hash to `actual`.
absl::Status CheckAgainst(const ArtifactRef& ref, const ArtifactRef& actual,
                          const std::string& path) {
  if (actual.digest != ref.digest) {
    // Out of the way first: nobody else reads it, and the unit that made it
    // runs again.
    RETURN_IF_ERROR(RemoveFile(path));
    return absl::DataLossError(
        absl::StrCat("artifact ", path, ": its bytes have digest ",
                     actual.digest, "; removed, to be computed again"));
  }
  if (actual.size_bytes != ref.size_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("artifact ", path, ": has ", actual.size_bytes,
                     " bytes; the reference says ", ref.size_bytes));
  }
  return absl::OkStatus();
}

// Marks a NotFound or DataLoss about `ref` with what must be made again.
absl::Status WithLostArtifact(absl::Status status, const ArtifactRef& ref) {
  if (absl::IsNotFound(status) || absl::IsDataLoss(status)) {
    status.SetPayload(kLostArtifactPayload, absl::Cord(ref.digest));
  }
  return status;
}

// Digest of the bytes at `path` against `ref`.
absl::Status VerifyFile(const ArtifactRef& ref, const std::string& path) {
  ASSIGN_OR_RETURN(const ArtifactRef actual, DigestOfFile(path));
  return CheckAgainst(ref, actual, path);
}

absl::StatusOr<std::string> ReadVerified(const ArtifactRef& ref,
                                         const std::string& path) {
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path, ref.size_bytes));
  const ArtifactRef actual{.digest = Xxh128Hex(bytes.data(), bytes.size()),
                           .size_bytes = static_cast<int64_t>(bytes.size())};
  RETURN_IF_ERROR(CheckAgainst(ref, actual, path));
  return bytes;
}

}  // namespace

absl::StatusOr<ArtifactStore> ArtifactStore::Open(absl::string_view root) {
  ArtifactStore store(AbsolutePath(root));
  RETURN_IF_ERROR(MakeFolders(store.root_));
  RETURN_IF_ERROR(CheckWorkspaceOrEmpty(store.root_));
  for (const char* folder : kFolders) {
    RETURN_IF_ERROR(MakeFolderDurably(JoinPath(store.root_, folder)));
  }
  return store;
}

std::string ArtifactStore::ArtifactPath(absl::string_view digest) const {
  // Whatever a caller passes, the path stays inside artifacts/.
  if (!IsHex(digest, kDigestChars)) digest = "invalid";
  return absl::StrCat(root_, "/artifacts/", digest.substr(0, 2), "/", digest);
}

absl::StatusOr<std::string> ArtifactStore::OwnerStoreId() const {
  const std::string path = JoinPath(root_, kOwnerFile);
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxRecordBytes));
  ASSIGN_OR_RETURN(const Json record, ParseJson(text, path));
  ParamReader reader(record, path);
  reader.Int("format", {.min = kFormat, .max = kFormat});
  std::string store_id = reader.String("store_id");
  RETURN_IF_ERROR(reader.Finish());
  return store_id;
}

absl::Status ArtifactStore::Claim(absl::string_view store_id, bool take_over) {
  const std::string path = JoinPath(root_, kOwnerFile);
  const absl::Status created =
      CreateFileAtomically(path, OwnerRecord(store_id));
  if (!absl::IsAlreadyExists(created)) return created;
  const absl::StatusOr<std::string> owner = OwnerStoreId();
  if (owner.ok() && *owner == store_id) return absl::OkStatus();
  if (take_over) return WriteFileAtomically(path, OwnerRecord(store_id));
  if (!owner.ok()) return owner.status();
  return absl::FailedPreconditionError(absl::StrCat(
      "workspace ", root_, ": belongs to coordinator store ", *owner, ", not ",
      store_id,
      "; use another workspace, or take it over if that one is gone"));
}

absl::StatusOr<ArtifactRef> ArtifactStore::PublishFile(absl::string_view path) {
  const std::string from(path);
  ASSIGN_OR_RETURN(ArtifactRef ref, DigestOfFile(from));
  const std::string to = ArtifactPath(ref.digest);
  // The touch keeps the collector away; when it fails (another user's file, or
  // the collector was quicker) our copy takes its place.
  if (Has(ref) && Touch(to).ok()) {
    RETURN_IF_ERROR(RemoveFile(from));
    return ref;
  }
  RETURN_IF_ERROR(MakeFolderDurably(DirName(to)));
  ASSIGN_OR_RETURN(File file, File::OpenForRead(from));
  RETURN_IF_ERROR(file.Sync());
  RETURN_IF_ERROR(RenameDurably(from, to));
  return ref;
}

absl::StatusOr<ArtifactRef> ArtifactStore::PublishBytes(
    absl::string_view bytes) {
  ArtifactRef ref{.digest = Xxh128Hex(bytes.data(), bytes.size()),
                  .size_bytes = static_cast<int64_t>(bytes.size())};
  const std::string to = ArtifactPath(ref.digest);
  if (Has(ref) && Touch(to).ok()) return ref;
  RETURN_IF_ERROR(MakeFolderDurably(DirName(to)));
  RETURN_IF_ERROR(WriteFileAtomically(to, bytes));
  return ref;
}

bool ArtifactStore::Has(const ArtifactRef& ref) const {
  if (!IsHex(ref.digest, kDigestChars)) return false;
  const absl::StatusOr<FileStamp> stamp = StampOf(ArtifactPath(ref.digest));
  return stamp.ok() && stamp->size_bytes == ref.size_bytes;
}

absl::StatusOr<std::string> ArtifactStore::Read(const ArtifactRef& ref) const {
  RETURN_IF_ERROR(CheckHex(ref.digest, kDigestChars, "artifact digest"));
  // A wrong size is not read into memory: Verify says which side is wrong.
  if (!Has(ref)) {
    RETURN_IF_ERROR(Verify(ref));
  }
  absl::StatusOr<std::string> bytes =
      ReadVerified(ref, ArtifactPath(ref.digest));
  if (!bytes.ok()) return WithLostArtifact(bytes.status(), ref);
  return bytes;
}

absl::Status ArtifactStore::Verify(const ArtifactRef& ref) const {
  RETURN_IF_ERROR(CheckHex(ref.digest, kDigestChars, "artifact digest"));
  return WithLostArtifact(VerifyFile(ref, ArtifactPath(ref.digest)), ref);
}

absl::Status ArtifactStore::WriteResult(absl::string_view action_key,
                                        const Json& result) {
  RETURN_IF_ERROR(CheckHex(action_key, kActionKeyChars, "action key"));
  const std::string folder =
      absl::StrCat(root_, "/results/", action_key.substr(0, 2));
  RETURN_IF_ERROR(MakeFolderDurably(folder));
  return WriteFileAtomically(absl::StrCat(folder, "/", action_key, ".json"),
                             CanonicalJson(result));
}

std::optional<Json> ArtifactStore::ReadResult(
    absl::string_view action_key) const {
  if (!IsHex(action_key, kActionKeyChars)) return std::nullopt;
  const std::string path = absl::StrCat(
      root_, "/results/", action_key.substr(0, 2), "/", action_key, ".json");
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxRecordBytes);
  if (!text.ok()) return std::nullopt;
  absl::StatusOr<Json> result = ParseJson(*text, path);
  if (!result.ok()) return std::nullopt;
  return *std::move(result);
}

absl::StatusOr<std::string> ArtifactStore::MakeAttemptFolder(
    absl::string_view job_id, absl::string_view unit_id, int64_t epoch) const {
  RETURN_IF_ERROR(CheckName(job_id, "job id"));
  // Unit ids hold slashes; half a SHA-256 is short and collides never.
  std::string folder =
      absl::StrCat(root_, "/attempts/", job_id, "/",
                   Sha256Hex(unit_id).substr(0, kDigestChars), "/", epoch);
  RETURN_IF_ERROR(RemoveAll(folder));
  RETURN_IF_ERROR(MakeFolders(folder));
  return folder;
}

absl::Status ArtifactStore::RemoveJobAttempts(absl::string_view job_id) const {
  RETURN_IF_ERROR(CheckName(job_id, "job id"));
  return RemoveAll(absl::StrCat(root_, "/attempts/", job_id));
}

absl::Status ArtifactStore::WriteNonce(absl::string_view name,
                                       absl::string_view value) {
  RETURN_IF_ERROR(CheckName(name, "nonce name"));
  return WriteFileAtomically(absl::StrCat(root_, "/nonces/", name), value);
}

absl::StatusOr<std::string> ArtifactStore::ReadNonce(
    absl::string_view name) const {
  RETURN_IF_ERROR(CheckName(name, "nonce name"));
  return ReadFile(absl::StrCat(root_, "/nonces/", name), kMaxRecordBytes);
}

}  // namespace decant

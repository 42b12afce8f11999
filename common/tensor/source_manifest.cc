#include "common/tensor/source_manifest.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

std::string DigestOf(const std::vector<SourceManifest::Shard>& shards) {
  return Sha256Hex(CanonicalJson(
      SourceManifest{.shards = shards, .digest = ""}.ToJson()["shards"]));
}

absl::StatusOr<SourceManifest::Shard> ShardFromJson(const Json& json) {
  ParamReader reader(json, "source manifest shard");
  SourceManifest::Shard shard;
  shard.file = reader.String("file");
  shard.header_digest = reader.String("header_digest");
  shard.stamp.size_bytes = reader.Int("size_bytes", {.min = 0});
  shard.stamp.mtime_ns = reader.Int("mtime_ns");
  const Json inode = reader.Value("inode");
  if (inode.is_number_unsigned()) {
    shard.stamp.inode = inode.get<uint64_t>();
  } else {
    reader.Fail("inode", "must be a non-negative integer");
  }
  RETURN_IF_ERROR(reader.Finish());
  return shard;
}

// How `seen` differs from `expected`, or "".
std::string Difference(const SourceManifest::Shard& expected,
                       const SourceManifest::Shard& seen) {
  if (expected.stamp.size_bytes != seen.stamp.size_bytes) {
    return absl::StrCat("size was ", expected.stamp.size_bytes, " bytes, is ",
                        seen.stamp.size_bytes);
  }
  if (expected.header_digest != seen.header_digest) return "header changed";
  if (expected.stamp.mtime_ns != seen.stamp.mtime_ns) {
    return "modification time changed";
  }
  if (expected.stamp.inode != seen.stamp.inode) return "file was replaced";
  return "";
}

}  // namespace

void SourceManifest::SetDigest() { digest = DigestOf(shards); }

Json SourceManifest::ToJson() const {
  Json list = Json::array();
  for (const Shard& shard : shards) {
    list.push_back({{"file", shard.file},
                    {"header_digest", shard.header_digest},
                    {"size_bytes", shard.stamp.size_bytes},
                    {"mtime_ns", shard.stamp.mtime_ns},
                    {"inode", shard.stamp.inode}});
  }
  return {{"shards", std::move(list)}, {"digest", digest}};
}

absl::StatusOr<SourceManifest> SourceManifest::FromJson(const Json& json) {
  ParamReader reader(json, "source manifest");
  SourceManifest manifest;
  const Json shards = reader.Value("shards");
  manifest.digest = reader.String("digest");
  if (!shards.is_array()) reader.Fail("shards", "must be a list");
  RETURN_IF_ERROR(reader.Finish());
  for (const Json& value : shards) {
    ASSIGN_OR_RETURN(Shard shard, ShardFromJson(value));
    if (!manifest.shards.empty() && manifest.shards.back().file >= shard.file) {
      return absl::InvalidArgumentError(
          "source manifest: shards are not sorted by file");
    }
    manifest.shards.push_back(std::move(shard));
  }
  if (manifest.digest != DigestOf(manifest.shards)) {
    return absl::InvalidArgumentError(
        "source manifest: digest does not match the shards");
  }
  return manifest;
}

absl::Status SourceManifest::CheckSame(const SourceManifest& seen) const {
  size_t i = 0;
  size_t j = 0;
  std::string fault;
  while (i < shards.size() || j < seen.shards.size()) {
    const auto* want = i < shards.size() ? &shards[i] : nullptr;
    const auto* have = j < seen.shards.size() ? &seen.shards[j] : nullptr;
    if (have == nullptr || (want != nullptr && want->file < have->file)) {
      fault = absl::StrCat(want->file, ": is gone");
    } else if (want == nullptr || have->file < want->file) {
      fault = absl::StrCat(have->file, ": is new");
    } else if (std::string how = Difference(*want, *have); !how.empty()) {
      fault = absl::StrCat(have->file, ": ", how);
    }
    if (!fault.empty()) return absl::FailedPreconditionError(fault);
    ++i;
    ++j;
  }
  return absl::OkStatus();
}

}  // namespace decant

#include "worker/runner/source_cache.h"

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

absl::StatusOr<std::shared_ptr<const Checkpoint>> OpenSource(
    const SourceRef& source, const SourceCache::ManifestReader& read_manifest) {
  ASSIGN_OR_RETURN(const std::string text, read_manifest(source.manifest));
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, "source manifest"));
  ASSIGN_OR_RETURN(const SourceManifest manifest,
                   SourceManifest::FromJson(json));
  if (manifest.digest != source.fingerprint) {
    return absl::InternalError(absl::StrCat(
        "the manifest of ", source.path, " has fingerprint ", manifest.digest,
        ", the unit expects ", source.fingerprint));
  }
  absl::StatusOr<std::unique_ptr<Checkpoint>> opened =
      Checkpoint::OpenChecked(source.path, manifest);
  if (!opened.ok()) {
    absl::Status status = opened.status();
    if (absl::IsNotFound(status) || absl::IsPermissionDenied(status)) {
      status.SetPayload(kIneligiblePayload, absl::Cord(source.path));
    }
    return status;
  }
  return std::shared_ptr<const Checkpoint>(*std::move(opened));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Checkpoint>> SourceCache::Get(
    const SourceRef& source, const ManifestReader& read_manifest) {
  const auto it =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.path == source.path &&
               entry.fingerprint == source.fingerprint;
      });
  if (it != entries_.end()) {
    if (const absl::Status status = it->checkpoint->CheckUnchanged();
        !status.ok()) {
      entries_.erase(it);
      return status;
    }
    entries_.splice(entries_.begin(), entries_, it);
    return it->checkpoint;
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const Checkpoint> checkpoint,
                   OpenSource(source, read_manifest));
  entries_.push_front({source.path, source.fingerprint, checkpoint});
  if (entries_.size() > capacity_) entries_.pop_back();
  return checkpoint;
}

}  // namespace decant

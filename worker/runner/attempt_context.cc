#include "worker/runner/attempt_context.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

constexpr absl::Duration kProgressInterval = absl::Milliseconds(250);
constexpr absl::Duration kRetryInterval = absl::Milliseconds(500);

}  // namespace

AttemptContext::AttemptContext(const UnitOrder& order, ArtifactStore& artifacts,
                               SourceCache& sources, Options options,
                               AttemptHooks hooks)
    : order_(order),
      artifacts_(artifacts),
      sources_(sources),
      options_(std::move(options)),
      hooks_(std::move(hooks)) {}

void AttemptContext::Progress(int64_t done, int64_t total) {
  const absl::Duration now = SteadyNow();
  {
    const std::lock_guard<std::mutex> lock(mu_);
    if (now - last_progress_ < kProgressInterval) return;
    last_progress_ = now;
  }
  hooks_.progress(done, total);
}

absl::StatusOr<ArtifactRef> AttemptContext::FindInput(
    absl::string_view name) const {
  const auto it = order_.inputs.find(std::string(name));
  if (it != order_.inputs.end()) return it->second;
  return absl::InvalidArgumentError(
      absl::StrCat("unit ", order_.spec.id, " (", order_.spec.op,
                   ") has no input '", name, "'"));
}

absl::Status AttemptContext::Retry(
    const std::function<absl::Status()>& read) const {
  absl::Duration waited = absl::ZeroDuration();
  for (;;) {
    const absl::Status status = read();
    const bool may_appear =
        absl::IsNotFound(status) || absl::IsUnavailable(status);
    if (!may_appear || waited >= options_.missing_artifact_wait) return status;
    RETURN_IF_ERROR(CheckCancelled());
    options_.sleep ? options_.sleep(kRetryInterval)
                   : absl::SleepFor(kRetryInterval);
    waited += kRetryInterval;
  }
}

absl::StatusOr<std::string> AttemptContext::ReadArtifact(
    const ArtifactRef& ref) const {
  std::string bytes;
  RETURN_IF_ERROR(Retry([&]() -> absl::Status {
    ASSIGN_OR_RETURN(bytes, artifacts_.Read(ref));
    return absl::OkStatus();
  }));
  return bytes;
}

absl::StatusOr<std::string> AttemptContext::ReadInput(absl::string_view name) {
  ASSIGN_OR_RETURN(const ArtifactRef ref, FindInput(name));
  return ReadArtifact(ref);
}

absl::StatusOr<std::string> AttemptContext::InputPath(absl::string_view name) {
  ASSIGN_OR_RETURN(const ArtifactRef ref, FindInput(name));
  RETURN_IF_ERROR(Retry([&] { return artifacts_.Verify(ref); }));
  return artifacts_.ArtifactPath(ref.digest);
}

absl::StatusOr<std::shared_ptr<const Checkpoint>> AttemptContext::Source(
    absl::string_view name) {
  const std::string key(name);
  if (const auto it = opened_.find(key); it != opened_.end()) {
    return it->second;
  }
  const auto source = order_.sources.find(key);
  if (source == order_.sources.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unit ", order_.spec.id, " (", order_.spec.op,
                     ") has no source '", name, "'"));
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const Checkpoint> checkpoint,
                   sources_.Get(source->second, [&](const ArtifactRef& ref) {
                     return ReadArtifact(ref);
                   }));
  opened_[key] = checkpoint;
  return checkpoint;
}

absl::Status AttemptContext::CheckOutput(absl::string_view name) const {
  const std::vector<std::string>& declared = order_.spec.outputs;
  const bool is_declared =
      std::find(declared.begin(), declared.end(), name) != declared.end();
  if (is_declared && outputs_.count(std::string(name)) == 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unit ", order_.spec.id, " (", order_.spec.op, ") ",
                   is_declared ? "publishes output '" : "declares no output '",
                   name, is_declared ? "' twice" : "'"));
}

absl::StatusOr<ArtifactRef> AttemptContext::Publish(absl::string_view name,
                                                    absl::string_view path) {
  RETURN_IF_ERROR(CheckOutput(name));
  ASSIGN_OR_RETURN(const ArtifactRef ref, artifacts_.PublishFile(path));
  outputs_[std::string(name)] = ref;
  return ref;
}

absl::StatusOr<ArtifactRef> AttemptContext::PublishBytes(
    absl::string_view name, absl::string_view bytes) {
  RETURN_IF_ERROR(CheckOutput(name));
  ASSIGN_OR_RETURN(const ArtifactRef ref, artifacts_.PublishBytes(bytes));
  outputs_[std::string(name)] = ref;
  return ref;
}

absl::StatusOr<UnitResult> AttemptContext::Result(Json summary) {
  for (const std::string& name : order_.spec.outputs) {
    if (outputs_.count(name) > 0) continue;
    return absl::InternalError(absl::StrCat("op ", order_.spec.op,
                                            " ended without its output '", name,
                                            "' (unit ", order_.spec.id, ")"));
  }
  if (summary.is_null()) summary = Json::object();
  return UnitResult{.outputs = outputs_, .summary = std::move(summary)};
}

absl::Status AttemptContext::CheckSourcesUnchanged() const {
  for (const auto& [name, checkpoint] : opened_) {
    RETURN_IF_ERROR(checkpoint->CheckUnchanged());
  }
  return absl::OkStatus();
}

}  // namespace decant

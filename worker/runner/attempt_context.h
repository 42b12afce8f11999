// The OpContext of one attempt: workspace, sources and hooks to the daemon.
#ifndef DECANT_WORKER_RUNNER_ATTEMPT_CONTEXT_H_
#define DECANT_WORKER_RUNNER_ATTEMPT_CONTEXT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/artifact/artifact_store.h"
#include "common/base/clock.h"
#include "common/unit/unit_spec.h"
#include "worker/ops/op.h"
#include "worker/runner/source_cache.h"

namespace decant {

// How an attempt reaches the world outside. Both may be called from any
// thread of the op.
struct AttemptHooks {
  std::function<bool()> cancelled = [] { return false; };
  std::function<void(int64_t done, int64_t total)> progress = [](int64_t,
                                                                 int64_t) {};
};

class AttemptContext final : public OpContext {
 public:
  struct Options {
    std::string device = "cpu";
    int threads = 1;
    std::string folder;
    // How long a missing artifact is looked for again: network filesystems
    // show a file on other hosts only after a while.
    absl::Duration missing_artifact_wait = absl::ZeroDuration();
    std::function<void(absl::Duration)> sleep;  // Empty: the real one.
  };

  // `order`, `artifacts` and `sources` outlive the context.
  AttemptContext(const UnitOrder& order, ArtifactStore& artifacts,
                 SourceCache& sources, Options options,
                 AttemptHooks hooks = {});

  const UnitOrder& order() const override { return order_; }
  const std::string& device() const override { return options_.device; }
  int threads() const override { return options_.threads; }
  const std::string& folder() const override { return options_.folder; }
  bool cancelled() const override { return hooks_.cancelled(); }
  void Progress(int64_t done, int64_t total) override;
  absl::StatusOr<std::string> ReadInput(absl::string_view name) override;
  absl::StatusOr<std::string> InputPath(absl::string_view name) override;
  absl::StatusOr<std::shared_ptr<const Checkpoint>> Source(
      absl::string_view name) override;
  absl::StatusOr<ArtifactRef> Publish(absl::string_view name,
                                      absl::string_view path) override;
  absl::StatusOr<ArtifactRef> PublishBytes(absl::string_view name,
                                           absl::string_view bytes) override;
  absl::StatusOr<UnitResult> Result(Json summary) override;

  // FailedPrecondition naming a file of an opened source that changed while
  // the op read it.
  absl::Status CheckSourcesUnchanged() const;

 private:
  absl::StatusOr<ArtifactRef> FindInput(absl::string_view name) const;
  // Repeats `read` while it says that the artifact is missing.
  absl::Status Retry(const std::function<absl::Status()>& read) const;
  absl::StatusOr<std::string> ReadArtifact(const ArtifactRef& ref) const;
  absl::Status CheckOutput(absl::string_view name) const;

  const UnitOrder& order_;
  ArtifactStore& artifacts_;
  SourceCache& sources_;
  const Options options_;
  const AttemptHooks hooks_;
  std::map<std::string, ArtifactRef> outputs_;
  // Shared with the cache; held so that they can be checked again at the end.
  std::map<std::string, std::shared_ptr<const Checkpoint>> opened_;

  std::mutex mu_;
  absl::Duration last_progress_ = -absl::InfiniteDuration();  // Under mu_.
};

}  // namespace decant

#endif  // DECANT_WORKER_RUNNER_ATTEMPT_CONTEXT_H_

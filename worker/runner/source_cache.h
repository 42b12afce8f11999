// Checkpoints a runner keeps open between units: reading the headers of a
// 200-shard teacher takes longer than many units do.
#ifndef DECANT_WORKER_RUNNER_SOURCE_CACHE_H_
#define DECANT_WORKER_RUNNER_SOURCE_CACHE_H_

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/tensor/checkpoint.h"
#include "common/unit/unit_spec.h"

namespace decant {

// Payload of a status that says: this host cannot open the source at all. It
// tells something about the host and nothing about the unit.
inline constexpr char kIneligiblePayload[] = "decant/ineligible";

// Not thread-safe.
class SourceCache {
 public:
  // Reads the artifact that holds a source's manifest.
  using ManifestReader =
      std::function<absl::StatusOr<std::string>(const ArtifactRef&)>;

  // Keeps the `capacity` last used checkpoints open.
  explicit SourceCache(size_t capacity = 4) : capacity_(capacity) {}

  // The checkpoint at `source.path`, equal to its fingerprint now. Whoever
  // still holds an evicted one keeps it open.
  //
  // FailedPrecondition  a file differs from the fingerprint: names it.
  // NotFound, PermissionDenied with kIneligiblePayload: not on this host.
  absl::StatusOr<std::shared_ptr<const Checkpoint>> Get(
      const SourceRef& source, const ManifestReader& read_manifest);

 private:
  struct Entry {
    std::string path;
    std::string fingerprint;
    // Shared with the op that runs.
    std::shared_ptr<const Checkpoint> checkpoint;
  };

  const size_t capacity_;
  std::list<Entry> entries_;  // Last used first.
};

}  // namespace decant

#endif  // DECANT_WORKER_RUNNER_SOURCE_CACHE_H_

// The contract between the runner and the ops. An op is one file: validated
// params + input artifacts + source tensors -> output artifacts + a small JSON
// summary. Ops never talk to the network, never see the recipe, and write only
// below the attempt's folder (seal, whose output lies elsewhere, excepted).
//
// Free of torch, so that everything but the tensor work builds without it.
#ifndef DECANT_WORKER_OPS_OP_H_
#define DECANT_WORKER_OPS_OP_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/artifact/artifact_store.h"
#include "common/base/json.h"
#include "common/tensor/checkpoint.h"
#include "common/unit/unit_spec.h"

namespace decant {

// One attempt at one unit, as its op sees it. The runner's implementation is
// worker/runner/attempt_context.h; tests of ops use that one too.
//
// Progress and cancelled() are thread-safe, the rest is not.
class OpContext {
 public:
  virtual ~OpContext() = default;

  // What is being run: job, unit, epoch, declared inputs, outputs, sources.
  virtual const UnitOrder& order() const = 0;

  // As at::Device reads it: "cpu", "cuda:0".
  virtual const std::string& device() const = 0;
  // Intra-op threads. Already set in torch; ops with threads of their own use
  // at most this many.
  virtual int threads() const = 0;

  // The attempt's own folder, empty at the start, on the workspace's
  // filesystem.
  virtual const std::string& folder() const = 0;

  // True once the attempt is to end. Long ops look between blocks (at least
  // every few seconds) and return CheckCancelled().
  virtual bool cancelled() const = 0;
  absl::Status CheckCancelled() const {
    return cancelled() ? absl::CancelledError("the unit was stopped")
                       : absl::OkStatus();
  }

  // How far the unit is, in any unit of work. Cheap: rate-limited inside.
  virtual void Progress(int64_t done, int64_t total) = 0;

  // The whole input artifact, digest verified. NotFound / DataLoss carrying
  // kLostArtifactPayload when it must be made again: return it unchanged, so
  // that the coordinator recomputes the input. InvalidArgument: the unit has
  // no input of that name.
  virtual absl::StatusOr<std::string> ReadInput(absl::string_view name) = 0;
  // For inputs too large to hold: where the artifact's file lies, after its
  // digest was verified by streaming it once. Errors as ReadInput.
  virtual absl::StatusOr<std::string> InputPath(absl::string_view name) = 0;

  // The declared source checkpoint `name`, equal to its fingerprint. Shared
  // with the runner's cache, which keeps checkpoints open between units.
  // FailedPrecondition naming the file that changed since the submit.
  virtual absl::StatusOr<std::shared_ptr<const Checkpoint>> Source(
      absl::string_view name) = 0;

  // Publishes an output: moves the finished file at `path` (below folder())
  // into the workspace, or stores `bytes`. InvalidArgument: the unit declares
  // no output `name`, or it was published already.
  virtual absl::StatusOr<ArtifactRef> Publish(absl::string_view name,
                                              absl::string_view path) = 0;
  virtual absl::StatusOr<ArtifactRef> PublishBytes(absl::string_view name,
                                                   absl::string_view bytes) = 0;

  // What an op returns in the end: all that was published, and `summary`
  // (an object; null stands for an empty one).
  // Internal when a declared output is missing.
  virtual absl::StatusOr<UnitResult> Result(Json summary) = 0;
};

// Stateless; one instance serves all units of a runner.
class Op {
 public:
  virtual ~Op() = default;

  // As in UnitSpec::op.
  virtual absl::string_view name() const = 0;
  // Grows whenever equal inputs would give other bytes.
  virtual int64_t version() const = 0;

  // Status codes say what happens next (retry_policy.h):
  //   InvalidArgument, NotFound   the unit can never succeed: fails at once
  //   FailedPrecondition          a source changed: fails at once
  //   ResourceExhausted           memory or disk: retried where more is
  //   Cancelled                   cancelled() was seen
  //   DataLoss                    bytes did not match their digest
  // NaN, Inf and all-zero results are the op's to refuse (InvalidArgument
  // naming the tensor). Exceptions of torch may escape: the runner turns them
  // into a Status.
  virtual absl::StatusOr<UnitResult> Run(OpContext& context,
                                         const Json& params) = 0;
};

}  // namespace decant

#endif  // DECANT_WORKER_OPS_OP_H_

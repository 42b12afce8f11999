// Executes unit orders, one after another.
#ifndef DECANT_WORKER_RUNNER_UNIT_RUNNER_H_
#define DECANT_WORKER_RUNNER_UNIT_RUNNER_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/unit/unit_spec.h"
#include "worker/ops/op_registry.h"
#include "worker/runner/attempt_context.h"
#include "worker/runner/source_cache.h"

namespace decant {

// Not thread-safe: one unit at a time.
class UnitRunner {
 public:
  struct Options {
    std::string device = "cpu";
    int threads = 1;
    std::string numerics_class;  // Of this process, see numerics.h.
  };

  // `registry` outlives the runner.
  UnitRunner(const OpRegistry& registry, Options options)
      : registry_(registry), options_(std::move(options)) {}

  // Runs the op in a fresh attempt folder, which is gone afterwards. A
  // cacheable result is recorded in the workspace before this returns, so that
  // it survives the loss of this process and of the coordinator's database.
  //
  // The op's own errors, or:
  // NotFound            no such op.
  // FailedPrecondition  other op version or numerics class than the order
  //                     asks for, or a source changed while the op read it.
  // Internal            the op's outputs are not those the unit declares.
  // No exception escapes; see worker/math/torch_status.h for their codes.
  absl::StatusOr<UnitResult> Run(const UnitOrder& order,
                                 const AttemptHooks& hooks);

 private:
  absl::StatusOr<Op*> FindOp(const UnitOrder& order) const;
  absl::StatusOr<UnitResult> RunIn(const UnitOrder& order, Op& op,
                                   ArtifactStore& artifacts,
                                   const std::string& folder,
                                   const AttemptHooks& hooks);

  const OpRegistry& registry_;
  const Options options_;
  SourceCache sources_;
};

}  // namespace decant

#endif  // DECANT_WORKER_RUNNER_UNIT_RUNNER_H_

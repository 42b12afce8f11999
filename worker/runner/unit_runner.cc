#include "worker/runner/unit_runner.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "worker/math/torch_status.h"

namespace decant {
namespace {

constexpr absl::Duration kNetworkArtifactWait = absl::Seconds(30);

absl::Status CheckOutputs(const UnitSpec& spec, const UnitResult& result) {
  bool equal = result.outputs.size() == spec.outputs.size();
  for (const std::string& name : spec.outputs) {
    equal = equal && result.outputs.count(name) > 0;
  }
  if (equal) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("op ", spec.op,
                                          " returned other outputs than unit ",
                                          spec.id, " declares"));
}

}  // namespace

absl::StatusOr<Op*> UnitRunner::FindOp(const UnitOrder& order) const {
  const UnitSpec& spec = order.spec;
  ASSIGN_OR_RETURN(Op * op, registry_.Find(spec.op));
  if (op->version() != spec.op_version) {
    return absl::FailedPreconditionError(
        absl::StrCat("unit ", spec.id, " needs op ", spec.op, " version ",
                     spec.op_version, ", this worker has ", op->version(),
                     ": install the same release on coordinator and workers"));
  }
  if (!spec.portable && order.numerics_class != options_.numerics_class) {
    return absl::FailedPreconditionError(absl::StrCat(
        "unit ", spec.id, " needs numerics class ", order.numerics_class,
        ", this worker is ", options_.numerics_class));
  }
  return op;
}

absl::StatusOr<UnitResult> UnitRunner::Run(const UnitOrder& order,
                                           const AttemptHooks& hooks) {
  ASSIGN_OR_RETURN(Op * op, FindOp(order));
  ASSIGN_OR_RETURN(ArtifactStore artifacts,
                   ArtifactStore::Open(order.workspace));
  ASSIGN_OR_RETURN(
      const std::string folder,
      artifacts.MakeAttemptFolder(order.job_id, order.spec.id, order.epoch));
  absl::StatusOr<UnitResult> result =
      TryTorch(absl::StrCat("op ", order.spec.op, " of unit ", order.spec.id),
               [&] { return RunIn(order, *op, artifacts, folder, hooks); });
  // Scratch can be larger than the result, and failed attempts pile up.
  if (const absl::Status status = RemoveAll(folder); !status.ok()) {
    Log(LogLevel::kWarning, status.message());
  }
  return result;
}

absl::StatusOr<UnitResult> UnitRunner::RunIn(const UnitOrder& order, Op& op,
                                             ArtifactStore& artifacts,
                                             const std::string& folder,
                                             const AttemptHooks& hooks) {
  AttemptContext::Options options;
  options.device = options_.device;
  options.threads = options_.threads;
  options.folder = folder;
  if (!NetworkFilesystemName(order.workspace).empty()) {
    options.missing_artifact_wait = kNetworkArtifactWait;
  }
  AttemptContext context(order, artifacts, sources_, std::move(options), hooks);
  ASSIGN_OR_RETURN(UnitResult result, op.Run(context, order.spec.params));
  RETURN_IF_ERROR(CheckOutputs(order.spec, result));
  RETURN_IF_ERROR(context.CheckSourcesUnchanged());
  if (order.spec.cacheable) {
    RETURN_IF_ERROR(artifacts.WriteResult(order.action_key, result.ToJson()));
  }
  return result;
}

}  // namespace decant

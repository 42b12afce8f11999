#include "coordinator/dispatch/unit_order.h"

#include "common/base/json.h"
#include "common/unit/unit_spec.h"

namespace decant {

v1::LeaseId LeaseIdOf(CoreState& state, const Lease& lease) {
  const UnitStatusRow& row = state.unit(lease.unit).row;
  v1::LeaseId id;
  id.set_job_id(row.job_id);
  id.set_unit_id(row.unit_id);
  id.set_epoch(lease.epoch);
  return id;
}

std::string OrderJson(const JobRecord& job, const UnitRecord& unit,
                      int64_t epoch, const std::string& workspace) {
  UnitOrder order;
  order.job_id = job.row.id;
  order.spec = unit.spec;
  order.epoch = epoch;
  order.action_key = unit.row.action_key;
  order.numerics_class = job.row.numerics_class;
  order.workspace = workspace;
  order.inputs = ResolveInputs(job, unit);
  order.sources = ResolveSources(job, unit);
  return CanonicalJson(order.ToJson());
}

}  // namespace decant

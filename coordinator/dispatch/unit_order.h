// What a lease hands out: names and orders of leased units.
#ifndef DECANT_COORDINATOR_DISPATCH_UNIT_ORDER_H_
#define DECANT_COORDINATOR_DISPATCH_UNIT_ORDER_H_

#include <cstdint>
#include <string>

#include "coordinator/dispatch/core_state.h"
#include "coordinator/dispatch/job_record.h"
#include "coordinator/schedule/lease_book.h"
#include "decant/v1/unit.pb.h"

namespace decant {

v1::LeaseId LeaseIdOf(CoreState& state, const Lease& lease);

// The unit's UnitOrder as canonical JSON: the same bytes however often it is
// sent. All its inputs must be done.
std::string OrderJson(const JobRecord& job, const UnitRecord& unit,
                      int64_t epoch, const std::string& workspace);

}  // namespace decant

#endif  // DECANT_COORDINATOR_DISPATCH_UNIT_ORDER_H_

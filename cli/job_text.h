// Jobs, units, workers and gates as aligned text. Pure.
#ifndef DECANT_CLI_JOB_TEXT_H_
#define DECANT_CLI_JOB_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/json.h"
#include "decant/v1/job.pb.h"

namespace decant {

bool IsFinalState(v1::JobState state);

// One row per job, newest first.
std::string JobsTable(const std::vector<v1::Job>& jobs);
// Everything about one job: fields, phases, gates.
std::string JobDetails(const v1::Job& job);
std::string PhasesTable(const v1::Job& job);
// "" without gates.
std::string GatesTable(const v1::Job& job);
std::string UnitsTable(const std::vector<v1::Unit>& units);
// Why a unit does not run, or how it went: for `why`.
std::string UnitDetails(const v1::Unit& unit);
std::string WorkersTable(const std::vector<v1::Worker>& workers,
                         absl::Time now);

// What the sealed model is made of and how it differs from the student, from
// the summary of the unit that sealed it. "" when it has none.
std::string ChangeTable(const Json& seal_summary);

// Between start and end; up to `now` while it runs.
absl::Duration JobDuration(const v1::Job& job, absl::Time now);

}  // namespace decant

#endif  // DECANT_CLI_JOB_TEXT_H_

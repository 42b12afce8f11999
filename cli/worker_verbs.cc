#include <memory>

#include "absl/time/clock.h"
#include "cli/job_text.h"
#include "cli/message_json.h"
#include "cli/session.h"
#include "cli/verbs.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

absl::StatusOr<ExitCode> ListWorkers(const VerbContext& context) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Open(context));
  ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers,
                   session->client().ListWorkers());
  if (!context.options.json) {
    context.console.out << WorkersTable(workers, absl::Now());
    return ExitCode::kDone;
  }
  Json list = Json::array();
  for (const v1::Worker& worker : workers) {
    list.push_back(MessageToJson(worker));
  }
  context.PrintJson({{"workers", list}});
  return ExitCode::kDone;
}

}  // namespace

void AddWorkerVerbs(VerbSet& verbs) {
  verbs.Add("workers", "list workers, their slots and why they are left out",
            ListWorkers);
}

}  // namespace decant

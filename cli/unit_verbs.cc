#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/job_text.h"
#include "cli/message_json.h"
#include "cli/session.h"
#include "cli/verbs.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

struct UnitFlags {
  std::string job_id;
  std::string phase;
  std::vector<v1::UnitState> states;
};

struct WhyFlags {
  std::string job_id;
  std::string unit_id;
};

const std::map<std::string, v1::UnitState>& StateWords() {
  static const auto& words = *new std::map<std::string, v1::UnitState>{
      {"blocked", v1::UNIT_STATE_BLOCKED},
      {"ready", v1::UNIT_STATE_READY},
      {"leased", v1::UNIT_STATE_LEASED},
      {"done", v1::UNIT_STATE_DONE},
      {"quarantined", v1::UNIT_STATE_QUARANTINED},
      {"cancelled", v1::UNIT_STATE_CANCELLED}};
  return words;
}

absl::StatusOr<ExitCode> ListUnits(const VerbContext& context,
                                   const UnitFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Open(context));
  v1::ListUnitsRequest request;
  request.set_job_id(flags.job_id);
  request.set_phase(flags.phase);
  for (const v1::UnitState state : flags.states) request.add_states(state);
  ASSIGN_OR_RETURN(const std::vector<v1::Unit> units,
                   session->client().ListUnits(request));
  if (!context.options.json) {
    context.console.out << UnitsTable(units);
    return ExitCode::kDone;
  }
  Json list = Json::array();
  for (const v1::Unit& unit : units) list.push_back(MessageToJson(unit));
  context.PrintJson({{"units", list}});
  return ExitCode::kDone;
}

// Why a job, or one unit of it, does not get on.
absl::StatusOr<ExitCode> Why(const VerbContext& context,
                             const WhyFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Open(context));
  v1::ListUnitsRequest request;
  request.set_job_id(flags.job_id);
  ASSIGN_OR_RETURN(const v1::Job job, session->client().Get(flags.job_id));
  if (flags.unit_id.empty()) {
    request.add_states(v1::UNIT_STATE_QUARANTINED);
    request.add_states(v1::UNIT_STATE_LEASED);
    request.add_states(v1::UNIT_STATE_READY);
  } else {
    request.set_unit_id(flags.unit_id);
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Unit> units,
                   session->client().ListUnits(request));
  if (context.options.json) {
    Json json = {{"job", MessageToJson(job)}, {"units", Json::array()}};
    for (const v1::Unit& unit : units) {
      json["units"].push_back(MessageToJson(unit));
    }
    context.PrintJson(json);
  } else if (flags.unit_id.empty()) {
    context.console.out << "job " << job.id() << " is "
                        << EnumWordOf(job.state())
                        << (job.message().empty() ? "" : ": ") << job.message()
                        << "\n"
                        << (units.empty() ? "" : UnitsTable(units));
  } else if (!units.empty()) {
    context.console.out << UnitDetails(units[0]);
  }
  return ExitCode::kDone;
}

}  // namespace

void AddUnitVerbs(VerbSet& verbs) {
  const auto unit_flags = std::make_shared<UnitFlags>();
  CLI::App* units = verbs.Add("units", "list the units of a job",
                              [unit_flags](VerbContext& context) {
                                return ListUnits(context, *unit_flags);
                              });
  units->add_option("job", unit_flags->job_id, "job id")->required();
  units->add_option("--phase", unit_flags->phase, "only of this phase");
  units
      ->add_option("--unit-state", unit_flags->states,
                   "only in this state; repeatable")
      ->transform(CLI::CheckedTransformer(StateWords()))
      ->allow_extra_args(false);

  const auto why_flags = std::make_shared<WhyFlags>();
  CLI::App* why = verbs.Add(
      "why", "say why a job or a unit does not get on",
      [why_flags](VerbContext& context) { return Why(context, *why_flags); });
  why->add_option("job", why_flags->job_id, "job id")->required();
  why->add_option("unit", why_flags->unit_id, "unit id, see decant units");
}

}  // namespace decant

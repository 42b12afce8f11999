#include "cli/verbs.h"
#include "common/base/version.h"

namespace decant {
namespace {

absl::StatusOr<ExitCode> Version(const VerbContext& context) {
  if (context.options.json) {
    context.PrintJson({{"version", kVersion},
                       {"min_api_version", kMinApiVersion},
                       {"max_api_version", kMaxApiVersion}});
  } else {
    context.console.out << "decant " << kVersion << "\n";
  }
  return ExitCode::kDone;
}

}  // namespace

void AddVersionVerb(VerbSet& verbs) {
  verbs.Add("version", "print this program's version", Version);
}

}  // namespace decant

// What every verb is given.
#ifndef DECANT_CLI_VERB_CONTEXT_H_
#define DECANT_CLI_VERB_CONTEXT_H_

#include <functional>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "common/base/json.h"

namespace decant {

struct Console {
  std::ostream& out;  // Results.
  std::ostream& err;  // Progress and errors.
  bool err_is_terminal = false;
  bool use_color = false;
};

// Flags that stand before or after any verb.
struct GlobalOptions {
  bool json = false;
  std::string coordinator;  // "": a private one.
  std::string state;        // Root folder of private coordinators.
  std::string workspace;    // "": decided by the verb.
};

struct VerbContext {
  const GlobalOptions& options;
  Console& console;
  Interrupt& interrupt;

  void PrintJson(const Json& json) const {
    console.out << json.dump(2) << "\n";
  }
};

// What a verb does once its command line is understood. An error becomes one
// line on stderr and an exit code.
using VerbAction = std::function<absl::StatusOr<ExitCode>(VerbContext&)>;

}  // namespace decant

#endif  // DECANT_CLI_VERB_CONTEXT_H_

#include "cli/command_line.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/state_folder.h"
#include "cli/verbs.h"
#include "common/base/nearest.h"
#include "common/base/version.h"

namespace decant {
namespace {

// Global options that take a value: what follows them is no verb.
constexpr const char* kValued[] = {"-o", "--output", "--coordinator", "--state",
                                   "--workspace"};

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_option_function<std::string>(
         "-o,--output",
         [&options](const std::string& format) {
           options.json = format == "json";
         },
         "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  app.add_option("--coordinator", options.coordinator,
                 "HOST:PORT of a shared coordinator; none: a private one")
      ->envname("DECANT_COORDINATOR");
  app.add_option("--state", options.state,
                 "folder of private coordinators' databases, on a local disk");
  app.add_option("--workspace", options.workspace,
                 "folder of intermediate results");
  app.set_version_flag("--version", absl::StrCat("decant ", kVersion));
}

std::optional<std::string> FindVerb(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (std::find(std::begin(kValued), std::end(kValued), argument) !=
        std::end(kValued)) {
      ++i;
    } else if (!absl::StartsWith(argument, "-")) {
      return argument;
    }
  }
  return std::nullopt;
}

// Known although parsing failed: errors come in the format asked for.
bool WantsJson(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "-ojson" || argument == "--output=json") return true;
    if ((argument == "-o" || argument == "--output") &&
        i + 1 < arguments.size() && arguments[i + 1] == "json") {
      return true;
    }
  }
  return false;
}

int Fail(const absl::Status& status, bool json, Console& console) {
  const ExitCode code = ExitCodeFor(status);
  if (json) {
    const Json error = {{"error",
                         {{"code", absl::StatusCodeToString(status.code())},
                          {"message", std::string(status.message())},
                          {"exit_code", static_cast<int>(code)}}}};
    console.out << error.dump(2) << "\n";
  } else {
    // One line, whatever a path or a remote message holds.
    console.err << "decant: "
                << absl::StrReplaceAll(status.message(),
                                       {{"\n", " "}, {"\r", " "}})
                << "\n";
  }
  return static_cast<int>(code);
}

// OK, or a usage error; `help` is filled when help or version was asked for.
absl::Status Parse(CLI::App& app, std::vector<std::string> arguments,
                   std::string& help) {
  std::reverse(arguments.begin(), arguments.end());  // As CLI11 wants them.
  try {
    app.parse(arguments);
  } catch (const CLI::Success& success) {
    std::ostringstream text;
    app.exit(success, text, text);
    help = text.str();
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(error.what(), "; see decant --help"));
  }
  return absl::OkStatus();
}

absl::Status CheckVerb(const std::vector<std::string>& arguments,
                       const VerbSet& verbs) {
  const std::optional<std::string> verb = FindVerb(arguments);
  if (!verb.has_value()) return absl::OkStatus();
  const std::vector<std::string> names = verbs.Names();
  if (std::find(names.begin(), names.end(), *verb) != names.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no verb '", *verb, "'", Suggestion(*verb, names)));
}

}  // namespace

CLI::App* VerbSet::Add(const std::string& name, const std::string& help,
                       VerbAction action) {
  CLI::App* verb = app_.add_subcommand(name, help);
  verb->fallthrough();  // Global options may follow the verb.
  verbs_.emplace_back(verb, std::move(action));
  return verb;
}

std::vector<std::string> VerbSet::Names() const {
  std::vector<std::string> names;
  for (const auto& [verb, action] : verbs_) names.push_back(verb->get_name());
  return names;
}

const VerbAction* VerbSet::Chosen() const {
  for (const auto& [verb, action] : verbs_) {
    if (verb->parsed()) return &action;
  }
  return nullptr;
}

int RunCommandLine(const std::vector<std::string>& arguments, Console& console,
                   Interrupt& interrupt) {
  CLI::App app("Turns Mixture-of-Experts checkpoints into smaller models.",
               "decant");
  GlobalOptions options;
  options.state = DefaultStateRoot();
  AddGlobalOptions(app, options);
  VerbSet verbs(app);
  AddBuiltinVerbs(verbs);
  app.require_subcommand(0, 1);

  const bool json = WantsJson(arguments);
  absl::Status status = CheckVerb(arguments, verbs);
  if (!status.ok()) return Fail(status, json, console);
  std::string help;
  status = Parse(app, arguments, help);
  if (!status.ok()) return Fail(status, json, console);
  const VerbAction* action = verbs.Chosen();
  if (help.empty() && action == nullptr) help = app.help();
  if (!help.empty()) {
    console.out << help;
    return static_cast<int>(ExitCode::kDone);
  }
  VerbContext context = {options, console, interrupt};
  const absl::StatusOr<ExitCode> ended = (*action)(context);
  if (!ended.ok()) return Fail(ended.status(), json, console);
  return static_cast<int>(*ended);
}

}  // namespace decant

// The program without its process: parses arguments, runs one verb, prints one
// error line, returns the exit code.
#ifndef DECANT_CLI_COMMAND_LINE_H_
#define DECANT_CLI_COMMAND_LINE_H_

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/verb_context.h"

namespace decant {

// The verbs of one command line. Verb files add theirs to it.
class VerbSet {
 public:
  explicit VerbSet(CLI::App& app) : app_(app) {}

  // A new verb, whose options the caller adds to the result. `action` runs when
  // the command line names it.
  CLI::App* Add(const std::string& name, const std::string& help,
                VerbAction action);

  std::vector<std::string> Names() const;
  // Null when the command line named none.
  const VerbAction* Chosen() const;

 private:
  CLI::App& app_;
  std::vector<std::pair<CLI::App*, VerbAction>> verbs_;
};

// `arguments` without the program's name.
int RunCommandLine(const std::vector<std::string>& arguments, Console& console,
                   Interrupt& interrupt);

}  // namespace decant

#endif  // DECANT_CLI_COMMAND_LINE_H_

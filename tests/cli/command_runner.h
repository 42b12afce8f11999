// Runs a command line in this process and keeps what it printed.
#ifndef DECANT_TESTS_CLI_COMMAND_RUNNER_H_
#define DECANT_TESTS_CLI_COMMAND_RUNNER_H_

#include <sstream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "common/base/json.h"
#include "gtest/gtest.h"

namespace decant {

struct Ended {
  int code = 0;
  std::string out;
  std::string err;

  Json json() const {
    const absl::StatusOr<Json> parsed = ParseJson(out, "stdout");
    EXPECT_TRUE(parsed.ok()) << out;
    return parsed.ok() ? *parsed : Json();
  }
};

inline Ended RunCommand(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  Console console = {.out = out, .err = err};
  Interrupt interrupt;
  Ended ended;
  ended.code = RunCommandLine(arguments, console, interrupt);
  ended.out = out.str();
  ended.err = err.str();
  return ended;
}

}  // namespace decant

#endif  // DECANT_TESTS_CLI_COMMAND_RUNNER_H_

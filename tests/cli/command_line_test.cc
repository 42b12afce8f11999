#include "cli/command_line.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/command_runner.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Case {
  std::vector<std::string> arguments;
  int code;
  std::string err;  // A part of the one line.
};

TEST(CommandLineTest, RefusesBadUsageInOneLine) {
  const Case kCases[] = {
      {{"wtach", "j-1"}, 2, "no verb 'wtach'; did you mean 'watch'?"},
      {{"-o", "json2", "ls"}, 2, "json2"},
      {{"ls", "extra"}, 2, "extra"},
      {{"show"}, 2, "job"},
      {{"run"}, 2, "recipe"},
      {{"run", "r.yaml", "--workers", "0"}, 2, "--workers"},
      {{"run", "r.yaml", "--no-such-flag"}, 2, "--no-such-flag"},
      {{"units", "j", "--unit-state", "lost"}, 2, "lost"},
      {{"wait", "j", "--timeout", "-1"}, 2, "--timeout"},
      {{"--coordinator", "nowhere", "ls"}, 2, "no port"},
      {{"submit", "r.yaml"}, 2, "--coordinator"},
      {{"run", "/no/such/recipe.yaml"}, 3, "/no/such/recipe.yaml"},
      {{"verify", "/no/such/folder"}, 3, "/no/such/folder"},
      {{"inspect", "/no/such/folder"}, 3, "/no/such/folder"},
      {{"diff", "/no/such/a", "/no/such/b"}, 3, "/no/such/a"},
      {{"ls", "--state", "/tmp/decant-no-such-state"}, 3, "no jobs yet"},
      // Port 1 answers nobody.
      {{"--coordinator", "127.0.0.1:1", "ls"}, 5, "127.0.0.1:1"},
  };
  for (const Case& c : kCases) {
    const Ended ended = RunCommand(c.arguments);

    EXPECT_EQ(ended.code, c.code) << ended.err;
    EXPECT_THAT(ended.err, StartsWith("decant: "));
    EXPECT_THAT(ended.err, HasSubstr(c.err));
    EXPECT_EQ(ended.err.find('\n'), ended.err.size() - 1) << ended.err;
    EXPECT_EQ(ended.out, "");
  }
}

TEST(CommandLineTest, ErrorsAreJsonWhereJsonWasAskedFor) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"-o", "json", "verify", "/no/such"},
        std::vector<std::string>{"verify", "/no/such", "--output=json"}}) {
    const Ended ended = RunCommand(arguments);

    EXPECT_EQ(ended.code, 3);
    EXPECT_EQ(ended.err, "");
    EXPECT_EQ(ended.json()["error"]["code"], "NOT_FOUND");
    EXPECT_EQ(ended.json()["error"]["exit_code"], 3);
    EXPECT_THAT(ended.json()["error"]["message"].get<std::string>(),
                HasSubstr("/no/such"));
  }
  EXPECT_EQ(RunCommand({"-o", "json", "lss"}).json()["error"]["exit_code"], 2);
}

TEST(CommandLineTest, GlobalOptionsStandBeforeOrAfterTheVerb) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"-o", "json", "version"},
        std::vector<std::string>{"version", "-o", "json"}}) {
    const Ended ended = RunCommand(arguments);

    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.json()["max_api_version"], 1);
  }
}

TEST(CommandLineTest, HelpAndVersionGoToStdout) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, std::vector<std::string>{"--help"}}) {
    const Ended help = RunCommand(arguments);
    EXPECT_EQ(help.code, 0);
    for (const char* verb :
         {"run", "plan", "submit", "watch", "wait", "ls", "show", "units",
          "why", "cancel", "pause", "resume", "retry", "verify", "inspect",
          "diff", "workers", "doctor", "version"}) {
      EXPECT_THAT(help.out, HasSubstr(std::string("\n  ") + verb + " "));
    }
  }
  EXPECT_THAT(RunCommand({"run", "--help"}).out, HasSubstr("--replace"));
  EXPECT_THAT(RunCommand({"--version"}).out, StartsWith("decant "));
}

}  // namespace
}  // namespace decant

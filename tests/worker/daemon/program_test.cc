// The program itself, as users start it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Output {
  int exit_code = -1;
  std::string text;
};

Output Shell(const std::string& command) {
  Output output;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return output;
  std::array<char, 4096> buffer;
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
    output.text += buffer.data();
  }
  output.exit_code = WEXITSTATUS(pclose(pipe));
  return output;
}

TEST(WorkerProgramTest, NeedsGrpcButNotTorch) {
  const Output needed = Shell("readelf -d " DECANT_WORKER_PROGRAM);
  ASSERT_EQ(needed.exit_code, 0);
  EXPECT_THAT(needed.text, HasSubstr("libgrpc++"));
  EXPECT_THAT(needed.text, HasSubstr("libprotobuf"));
  EXPECT_THAT(needed.text, Not(HasSubstr("libtorch")));
  EXPECT_THAT(needed.text, Not(HasSubstr("libc10")));
}

TEST(WorkerProgramTest, WrongUsesGiveOneLineAndTheirCode) {
  struct Case {
    std::string arguments;
    int exit_code;
    std::string says;
  };
  const Case kCases[] = {
      {"--slots 0", 2, "--slots"},
      {"--device tpu", 2, "tpu"},
      {"--coordinator 10.1.2.3:7070", 2, "loopback"},
      {"--coordinator nonsense", 2, "nonsense"},
      {"--runner /no/such/runner", 3, "/no/such/runner"},
      {"--runner /bin/false", 1, "/bin/false"},
      {"--device cuda --runner " DECANT_FAKE_RUNNER, 2, "no CUDA device"},
  };
  for (const Case& c : kCases) {
    const Output output = Shell(DECANT_WORKER_PROGRAM " " + c.arguments);
    EXPECT_EQ(output.exit_code, c.exit_code) << output.text;
    EXPECT_THAT(output.text, HasSubstr(c.says));
  }
  EXPECT_EQ(Shell(DECANT_WORKER_PROGRAM " --version").text, "0.1.0\n");
}

}  // namespace
}  // namespace decant

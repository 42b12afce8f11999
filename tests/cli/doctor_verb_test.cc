#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/command_runner.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

// Which programs stand beside the test depends on the build; databases do not.
Json CheckNamed(const Json& doctor, const std::string& part) {
  for (const Json& check : doctor["checks"]) {
    if (check["check"].get<std::string>().find(part) != std::string::npos) {
      return check;
    }
  }
  return nullptr;
}

TEST(DoctorVerbTest, ADamagedDatabaseFailsTheCheck) {
  const TempFolder folder;
  const std::string state = folder.Path("state");
  ASSERT_EQ(RunCommand({"ls", "--state", state, "--workspace",
                        folder.Path("workspace")})
                .code,
            0);

  const Ended well = RunCommand({"doctor", "--state", state, "-o", "json"});
  const auto keys = ListFolder(state);
  ASSERT_TRUE(keys.ok());
  for (const std::string& key : *keys) {
    const std::string database = JoinPath(state, key) + "/decant.db";
    if (!FileExists(database)) continue;
    ASSERT_TRUE(WriteFileAtomically(database, std::string(100'000, 'x')).ok());
  }
  const Ended damaged = RunCommand({"doctor", "--state", state, "-o", "json"});

  EXPECT_EQ(CheckNamed(well.json(), "is whole")["passed"], true) << well.out;
  EXPECT_EQ(CheckNamed(well.json(), "state folder is local")["passed"], true);
  EXPECT_EQ(CheckNamed(well.json(), "decant-coordinator starts")["passed"],
            true);
  EXPECT_EQ(CheckNamed(damaged.json(), "is whole")["passed"], false)
      << damaged.out;
  EXPECT_EQ(damaged.code, 1);
}

}  // namespace
}  // namespace decant

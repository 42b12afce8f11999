
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/child_process.h"
#include "cli/verbs.h"
#include "common/base/files.h"
#include "common/base/format.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/table.h"

namespace decant {
namespace {

constexpr int64_t kMinFreeBytes = 1'000'000'000;
// Loading libtorch from a cold network disk takes its time.
constexpr absl::Duration kStartPatience = absl::Minutes(2);

struct Check {
  std::string name;
  absl::Status status;
  std::string detail;  // When it is well.
};

Check CheckStateFolder(const std::string& root) {
  Check check = {.name = "state folder is local", .detail = root};
  const std::string network = NetworkFilesystemName(root);
  if (!network.empty()) {
    check.status = absl::FailedPreconditionError(absl::StrCat(
        root, " is on ", network, "; give a local disk with --state"));
  }
  return check;
}

// Of the nearest folder that exists.
Check CheckFreeSpace(const std::string& name, std::string path) {
  while (!PathExists(path) && path != "/") path = DirName(path);
  Check check = {.name = name};
  const absl::StatusOr<int64_t> free = FreeBytes(path);
  if (!free.ok()) {
    check.status = free.status();
  } else if (*free < kMinFreeBytes) {
    check.status = absl::ResourceExhaustedError(
        absl::StrCat(path, " has only ", HumanBytes(*free),
                     " free; make room for ", HumanBytes(kMinFreeBytes)));
  } else {
    check.detail = absl::StrCat(HumanBytes(*free), " at ", path);
  }
  return check;
}

// Runs `program` to its end and wants exit code 0.
absl::Status RunToEnd(const std::string& program,
                      const std::vector<std::string>& arguments) {
  const std::string log =
      JoinPath("/tmp", absl::StrCat("decant-doctor-", RandomChars(8)));
  const auto child = ChildProcess::Start(program, arguments, log);
  absl::Status status = child.status();
  if (status.ok()) {
    const std::optional<int> code = (*child)->WaitForExit(kStartPatience);
    if (!code.has_value()) {
      status = absl::UnavailableError(
          absl::StrCat(BaseName(program), " did not end within ",
                       absl::FormatDuration(kStartPatience)));
    } else if (*code != 0) {
      status = absl::UnavailableError((*child)->DescribeEnd());
    }
  }
  const absl::Status removed = RemoveFile(log);
  return status.ok() ? removed : status;
}

Check CheckProgram(const std::string& name,
                   const std::vector<std::string>& arguments) {
  Check check = {.name = absl::StrCat(name, " starts")};
  const absl::StatusOr<std::string> program = FindSiblingProgram(name);
  check.status =
      program.ok() ? RunToEnd(*program, arguments) : program.status();
  if (check.status.ok()) check.detail = *program;
  return check;
}

// The interpreter that tokenises: DECANT_PYTHON, the install's venv, or the
// system's.
std::string FindPython() {
  if (const char* python = std::getenv("DECANT_PYTHON"); python != nullptr) {
    return python;
  }
  const absl::StatusOr<std::string> self = ResolvePath("/proc/self/exe");
  if (self.ok()) {
    const std::string venv =
        JoinPath(DirName(DirName(*self)), ".venv/bin/python3");
    if (FileExists(venv)) return venv;
  }
  return "/usr/bin/python3";
}

Check CheckPython() {
  const std::string python = FindPython();
  return {.name = "Python starts (only tokenising needs it)",
          .status = RunToEnd(python, {"-c", "import sys"}),
          .detail = python};
}

// One per database below `root` that nobody uses: a live coordinator holds the
// only connection there may be.
std::vector<Check> CheckDatabases(const std::string& root) {
  std::vector<Check> checks;
  const absl::StatusOr<std::vector<std::string>> names = ListFolder(root);
  if (!names.ok()) return checks;  // No state yet.
  for (const std::string& name : *names) {
    const std::string folder = JoinPath(root, name);
    if (!FileExists(JoinPath(folder, "decant.db"))) continue;
    Check check = CheckProgram("decant-coordinator",
                               {"--state", folder, "--check-database"});
    check.name = absl::StrCat("database ", name, " is whole");
    check.detail = folder;
    if (absl::StrContains(check.status.message(), "in use")) {
      check.detail = "in use; stop its coordinator to check it";
      check.status = absl::OkStatus();
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

absl::StatusOr<ExitCode> Doctor(const VerbContext& context) {
  const std::string root = AbsolutePath(context.options.state);
  std::vector<Check> checks = {
      CheckStateFolder(root),
      CheckFreeSpace("free space for the state", root),
      CheckFreeSpace("free space here", AbsolutePath(".")),
      CheckProgram("decant-coordinator", {"--version"}),
      CheckProgram("decant-worker", {"--version"}),
      CheckProgram("decant-runner", {"--describe"}),
      CheckPython(),
  };
  for (Check& check : CheckDatabases(root)) checks.push_back(std::move(check));

  bool is_well = true;
  Json list = Json::array();
  Table table({{"CHECK"}, {"RESULT"}, {"DETAIL"}});
  for (const Check& check : checks) {
    const bool passed = check.status.ok();
    is_well = is_well && passed;
    const std::string detail =
        passed ? check.detail : std::string(check.status.message());
    table.AddRow({check.name, passed ? "ok" : "FAILED", detail});
    list.push_back(
        {{"check", check.name}, {"passed", passed}, {"detail", detail}});
  }
  if (context.options.json) {
    context.PrintJson({{"passed", is_well}, {"checks", list}});
  } else {
    context.console.out << table.ToString();
  }
  return is_well ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

void AddDoctorVerb(VerbSet& verbs) {
  verbs.Add("doctor", "check this machine: disks, programs, databases", Doctor);
}

}  // namespace decant

#include "worker/daemon/host_memory.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace decant {
namespace {

// Files of /proc and /sys have no size that could be asked first.
std::string ReadKernelFile(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// "0::/system.slice/decant.service" in /proc/self/cgroup.
std::string ControlGroup() {
  const std::string text = ReadKernelFile("/proc/self/cgroup");
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, "0::")) return std::string(line);
  }
  return "";
}

int64_t GroupLimitBytes(std::string group) {
  int64_t limit = 0;
  for (;;) {
    const std::string text =
        ReadKernelFile(absl::StrCat("/sys/fs/cgroup", group, "/memory.max"));
    int64_t bytes = 0;
    // "max" is no number: no limit here.
    if (absl::SimpleAtoi(absl::StripAsciiWhitespace(text), &bytes)) {
      limit = limit == 0 ? bytes : std::min(limit, bytes);
    }
    const size_t slash = group.rfind('/');
    if (slash == std::string::npos) return limit;
    group.resize(slash);
  }
}

}  // namespace

int64_t ParseMemTotal(absl::string_view meminfo) {
  for (absl::string_view line : absl::StrSplit(meminfo, '\n')) {
    if (!absl::ConsumePrefix(&line, "MemTotal:")) continue;
    int64_t kilobytes = 0;
    line = absl::StripSuffix(absl::StripAsciiWhitespace(line), "kB");
    if (absl::SimpleAtoi(line, &kilobytes)) return kilobytes * 1024;
  }
  return 0;
}

int64_t HostMemoryBytes() {
  const int64_t total = ParseMemTotal(ReadKernelFile("/proc/meminfo"));
  const int64_t limit = GroupLimitBytes(ControlGroup());
  if (limit == 0) return total;
  return total == 0 ? limit : std::min(total, limit);
}

}  // namespace decant

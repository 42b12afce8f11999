#include "common/base/paths.h"

#include <sys/vfs.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/files.h"

namespace decant {
namespace {

absl::string_view WithoutTrailingSlashes(absl::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

struct FilesystemMagic {
  uint32_t magic;  // f_type of statfs(2).
  const char* name;
};

constexpr FilesystemMagic kNetworkFilesystems[] = {
    {0x00006969, "nfs"},   {0x0BD00BD0, "lustre"}, {0xFF534D42, "cifs"},
    {0xFE534D42, "cifs"},  {0x0000517B, "cifs"},   {0x65735546, "fuse"},
    {0x00C36400, "ceph"},  {0x47504653, "gpfs"},   {0x19830326, "beegfs"},
    {0x01021997, "9p"},    {0x5346414F, "afs"},    {0x01161970, "gfs2"},
    {0x7461636F, "ocfs2"}, {0x73757245, "coda"},   {0xAAD7AAEA, "panfs"},
};

}  // namespace

std::string JoinPath(absl::string_view folder, absl::string_view name) {
  if (folder.empty() || absl::StartsWith(name, "/")) return std::string(name);
  if (name.empty()) return std::string(folder);
  return absl::StrCat(folder, folder.back() == '/' ? "" : "/", name);
}

std::string DirName(absl::string_view path) {
  path = WithoutTrailingSlashes(path);
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  if (slash == 0) return "/";
  return std::string(WithoutTrailingSlashes(path.substr(0, slash)));
}

std::string BaseName(absl::string_view path) {
  path = WithoutTrailingSlashes(path);
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos || path.size() == 1) {
    return std::string(path);
  }
  return std::string(path.substr(slash + 1));
}

std::string AbsolutePath(absl::string_view path) {
  std::error_code error;
  const std::filesystem::path absolute =
      std::filesystem::absolute(std::string(path), error);
  // Only a removed working folder fails; the path as given is then the best
  // name there is.
  if (error) return std::string(path);
  return std::string(
      WithoutTrailingSlashes(absolute.lexically_normal().string()));
}

absl::StatusOr<std::string> ResolvePath(absl::string_view path) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(
      realpath(std::string(path).c_str(), nullptr), &std::free);
  if (resolved == nullptr) return ErrnoStatus(errno, "resolving", path);
  return std::string(resolved.get());
}

bool IsBeneath(absl::string_view path, absl::string_view folder) {
  folder = WithoutTrailingSlashes(folder);
  if (folder == "/") return absl::StartsWith(path, "/");
  return absl::ConsumePrefix(&path, folder) &&
         (path.empty() || path.front() == '/');
}

std::string NetworkFilesystemName(absl::string_view path) {
  std::string existing = AbsolutePath(path);
  struct statfs info;
  while (statfs(existing.c_str(), &info) != 0) {
    if (existing == "/" || existing == ".") return "";
    existing = DirName(existing);
  }
  for (const FilesystemMagic& known : kNetworkFilesystems) {
    if (static_cast<uint32_t>(info.f_type) == known.magic) return known.name;
  }
  return "";
}

}  // namespace decant

// Paths as text, and what the filesystem says about them.
#ifndef DECANT_COMMON_BASE_PATHS_H_
#define DECANT_COMMON_BASE_PATHS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace decant {

// "a/b" from "a" and "b"; an absolute `name` wins.
std::string JoinPath(absl::string_view folder, absl::string_view name);
// As dirname(1) and basename(1): "/a/b/" has folder "/a" and name "b".
std::string DirName(absl::string_view path);
std::string BaseName(absl::string_view path);
// Absolute and normalised lexically; symlinks are not followed.
std::string AbsolutePath(absl::string_view path);
// Absolute with every symlink followed. NotFound when it does not exist.
absl::StatusOr<std::string> ResolvePath(absl::string_view path);
// Whether `path` is `folder` or lies below it; both normalised, nothing is
// looked up.
bool IsBeneath(absl::string_view path, absl::string_view folder);
// "nfs", "lustre", "cifs", "fuse", ... when the path (or its nearest existing
// parent) lies on a network filesystem; "" otherwise.
std::string NetworkFilesystemName(absl::string_view path);

}  // namespace decant

#endif  // DECANT_COMMON_BASE_PATHS_H_

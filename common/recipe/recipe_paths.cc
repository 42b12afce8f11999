#include "common/recipe/recipe_paths.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"

namespace decant {
namespace {

// With symlinks resolved as far as the path exists; a path that cannot be
// looked at stays as it is.
std::string RealPath(absl::string_view path) {
  std::error_code error;
  const std::filesystem::path real =
      std::filesystem::weakly_canonical(std::string(path), error);
  return error ? AbsolutePath(path) : AbsolutePath(real.string());
}

bool IsSameOrInside(const std::string& inner, const std::string& outer) {
  return inner == outer || outer == "/" ||
         absl::StartsWith(inner, absl::StrCat(outer, "/"));
}

}  // namespace

std::string ResolveRecipePath(absl::string_view path,
                              absl::string_view recipe_path) {
  return AbsolutePath(JoinPath(DirName(AbsolutePath(recipe_path)), path));
}

bool PathsOverlap(absl::string_view a, absl::string_view b) {
  const std::string real_a = RealPath(a);
  const std::string real_b = RealPath(b);
  return IsSameOrInside(real_a, real_b) || IsSameOrInside(real_b, real_a);
}

}  // namespace decant

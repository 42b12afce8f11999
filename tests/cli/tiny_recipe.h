// A recipe whose folders exist, for verbs that read it before they ask anybody.
#ifndef DECANT_TESTS_CLI_TINY_RECIPE_H_
#define DECANT_TESTS_CLI_TINY_RECIPE_H_

#include <string>

#include "common/base/files.h"
#include "gtest/gtest.h"
#include "tests/common/base/temp_folder.h"

namespace decant {

inline std::string WriteTinyRecipe(const TempFolder& folder) {
  EXPECT_TRUE(MakeFolders(folder.Path("teacher")).ok());
  EXPECT_TRUE(MakeFolders(folder.Path("student")).ok());
  const std::string path = folder.Path("recipe.yaml");
  EXPECT_TRUE(WriteFileAtomically(path,
                                  "name: tiny\n"
                                  "teacher: {path: teacher}\n"
                                  "student: {path: student}\n"
                                  "output: {path: out/model}\n"
                                  "steps:\n"
                                  "  - method: moe-to-dense\n")
                  .ok());
  return path;
}

}  // namespace decant

#endif  // DECANT_TESTS_CLI_TINY_RECIPE_H_

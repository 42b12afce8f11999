// A folder of its own for each test.
#ifndef DECANT_TESTS_COMMON_BASE_TEMP_FOLDER_H_
#define DECANT_TESTS_COMMON_BASE_TEMP_FOLDER_H_

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/string_view.h"
#include "common/base/files.h"
#include "common/base/ids.h"

namespace decant {

// Made empty on construction, removed with its content on destruction.
class TempFolder {
 public:
  TempFolder() : path_(JoinPath(testing::TempDir(), RandomId("decant-test"))) {
    EXPECT_TRUE(MakeFolders(path_).ok());
  }
  ~TempFolder() { EXPECT_TRUE(RemoveAll(path_).ok()); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string Path(absl::string_view name) const {
    return JoinPath(path_, name);
  }

 private:
  const std::string path_;
};

}  // namespace decant

#endif  // DECANT_TESTS_COMMON_BASE_TEMP_FOLDER_H_

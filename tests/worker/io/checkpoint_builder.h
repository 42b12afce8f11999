// Checkpoint folders for tests, from tensors in memory.
#ifndef DECANT_TESTS_WORKER_IO_CHECKPOINT_BUILDER_H_
#define DECANT_TESTS_WORKER_IO_CHECKPOINT_BUILDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/tensor/checkpoint.h"
#include "gtest/gtest.h"
#include "worker/io/tensor_file.h"

namespace decant {

// A fresh folder below the test's temporary one, named after the test.
inline std::string FreshFolder(absl::string_view name) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder = JoinPath(
      testing::TempDir(),
      absl::StrCat(test->test_suite_name(), ".", test->name(), ".", name));
  EXPECT_TRUE(RemoveAll(folder).ok());
  EXPECT_TRUE(MakeFolders(folder).ok());
  return folder;
}

// Writes `tensors` as <folder>/model.safetensors and opens the folder.
inline std::unique_ptr<Checkpoint> MakeCheckpoint(
    absl::string_view folder, const std::vector<NamedTensor>& tensors) {
  const absl::Status written =
      WriteTensorFile(JoinPath(folder, "model.safetensors"), tensors);
  EXPECT_TRUE(written.ok()) << written;
  absl::StatusOr<std::unique_ptr<Checkpoint>> checkpoint =
      Checkpoint::Open(folder);
  EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
  return checkpoint.ok() ? std::move(*checkpoint) : nullptr;
}

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_IO_CHECKPOINT_BUILDER_H_

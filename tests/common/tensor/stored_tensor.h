// Checkpoint folders for tests, from numbers in memory.
#ifndef DECANT_TESTS_COMMON_TENSOR_STORED_TENSOR_H_
#define DECANT_TESTS_COMMON_TENSOR_STORED_TENSOR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/tensor/checkpoint.h"
#include "common/tensor/float_block.h"
#include "common/tensor/safetensors_writer.h"
#include "gtest/gtest.h"

namespace decant {

struct StoredTensor {
  TensorSpec spec;
  std::vector<double> values;
};

// A fresh folder below the test's temporary one, named after the test.
inline std::string FreshTestFolder(absl::string_view name) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder = JoinPath(
      testing::TempDir(),
      absl::StrCat(test->test_suite_name(), ".", test->name(), ".", name));
  EXPECT_TRUE(RemoveAll(folder).ok());
  EXPECT_TRUE(MakeFolders(folder).ok());
  return folder;
}

inline std::string EncodeAll(const StoredTensor& tensor) {
  std::string bytes;
  for (const double value : tensor.values) {
    const uint64_t bits = EncodeFloat(tensor.spec.dtype, value);
    bytes.append(reinterpret_cast<const char*>(&bits),
                 static_cast<size_t>(DTypeSizeBytes(tensor.spec.dtype)));
  }
  return bytes;
}

// Writes <folder>/model.safetensors.
inline void WriteTensors(absl::string_view folder,
                         const std::vector<StoredTensor>& tensors) {
  std::vector<TensorSpec> specs;
  for (const StoredTensor& tensor : tensors) specs.push_back(tensor.spec);
  absl::StatusOr<SafetensorsWriter> writer =
      SafetensorsWriter::Create(JoinPath(folder, "model.safetensors"), specs);
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const StoredTensor& tensor : tensors) {
    const std::string bytes = EncodeAll(tensor);
    ASSERT_TRUE(writer
                    ->Write(tensor.spec.name, bytes.data(),
                            static_cast<int64_t>(bytes.size()))
                    .ok());
  }
  ASSERT_TRUE(writer->Finish().ok());
}

inline std::unique_ptr<Checkpoint> MakeStored(
    absl::string_view folder, const std::vector<StoredTensor>& tensors) {
  WriteTensors(folder, tensors);
  absl::StatusOr<std::unique_ptr<Checkpoint>> opened = Checkpoint::Open(folder);
  EXPECT_TRUE(opened.ok()) << opened.status();
  return opened.ok() ? *std::move(opened) : nullptr;
}

}  // namespace decant

#endif  // DECANT_TESTS_COMMON_TENSOR_STORED_TENSOR_H_

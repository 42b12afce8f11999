// Writes one safetensors file whose tensors may arrive in any order and from
// any thread: every offset is known from names, types and shapes alone.
#ifndef DECANT_COMMON_TENSOR_SAFETENSORS_WRITER_H_
#define DECANT_COMMON_TENSOR_SAFETENSORS_WRITER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/files.h"
#include "common/tensor/dtype.h"

namespace decant {

// One tensor to come; `offset_bytes`/`size_bytes` of TensorInfo are derived.
struct TensorSpec {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
};

class SafetensorsWriter {
 public:
  // Creates `path` (truncating), writes the header and reserves the full size.
  // Data order is the order of `specs`. Metadata always carries
  // {"format":"pt"}. InvalidArgument: duplicate name or bad shape.
  static absl::StatusOr<SafetensorsWriter> Create(
      absl::string_view path, const std::vector<TensorSpec>& specs);

  const std::vector<TensorInfo>& tensors() const { return tensors_; }

  // Writes a whole tensor. Thread-safe. InvalidArgument: unknown name, wrong
  // size, or written before.
  absl::Status Write(absl::string_view name, const void* data,
                     int64_t size_bytes);
  // Writes part of a tensor; the caller covers it exactly once. Thread-safe.
  absl::Status WritePart(absl::string_view name, int64_t offset_bytes,
                         const void* data, int64_t size_bytes);

  // fsync. FailedPrecondition naming the first tensor not fully written.
  absl::Status Finish();

 private:
  SafetensorsWriter(File file, std::vector<TensorInfo> tensors);
  File file_;
  std::vector<TensorInfo> tensors_;
  std::map<std::string, size_t> index_;
  std::unique_ptr<std::mutex> mutex_;  // Guards written_bytes_.
  std::vector<int64_t> written_bytes_;
};

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_SAFETENSORS_WRITER_H_

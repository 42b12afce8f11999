// Reads one safetensors file by position. Nothing is mapped; the header is
// checked whole before anything is believed. Format: docs/formats/.
#ifndef DECANT_COMMON_TENSOR_SAFETENSORS_READER_H_
#define DECANT_COMMON_TENSOR_SAFETENSORS_READER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/files.h"
#include "common/tensor/dtype.h"

namespace decant {

inline constexpr int64_t kMaxSafetensorsHeaderBytes = 100'000'000;

// A parsed, checked header. `tensors` is sorted by name; use Find.
struct SafetensorsHeader {
  std::vector<TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
  std::string digest;  // XXH3-128 of the length word and header bytes.

  // Null when absent.
  const TensorInfo* Find(absl::string_view name) const;
};

// InvalidArgument, naming `path` and the tensor: header longer than the cap or
// the file, not JSON, duplicate name, unknown dtype, shape product overflow,
// length not dtype x shape, overlap, hole, or trailing bytes.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(
    absl::string_view json, int64_t header_size_bytes, int64_t file_size_bytes,
    absl::string_view path);

// An open file and its header. Thread-safe after Open.
class SafetensorsReader {
 public:
  static absl::StatusOr<SafetensorsReader> Open(absl::string_view path);

  const SafetensorsHeader& header() const { return header_; }
  const FileStamp& stamp() const { return stamp_; }
  const std::string& path() const { return file_.path(); }

  // Reads bytes [offset, offset + size) of tensor `info` into `buffer`.
  absl::Status Read(const TensorInfo& info, int64_t offset_bytes, void* buffer,
                    int64_t size_bytes) const;

 private:
  SafetensorsReader(File file, FileStamp stamp, SafetensorsHeader header)
      : file_(std::move(file)), stamp_(stamp), header_(std::move(header)) {}
  File file_;
  FileStamp stamp_;
  SafetensorsHeader header_;
};

}  // namespace decant

#endif  // DECANT_COMMON_TENSOR_SAFETENSORS_READER_H_

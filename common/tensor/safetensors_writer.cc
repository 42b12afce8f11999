#include "common/tensor/safetensors_writer.h"

#include <cstddef>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/json.h"
#include "common/base/status_macros.h"
#include "common/tensor/safetensors_reader.h"

namespace decant {
namespace {

constexpr size_t kHeaderAlignment = 8;

// A name as a JSON string; InvalidArgument when it is not UTF-8.
absl::StatusOr<std::string> Quoted(const std::string& name) {
  try {
    return Json(name).dump();
  } catch (const std::exception&) {
    return absl::InvalidArgumentError("tensor name is not UTF-8");
  }
}

// Offsets relative to the data, in the order of `specs`.
absl::StatusOr<std::vector<TensorInfo>> Place(
    const std::vector<TensorSpec>& specs) {
  std::vector<TensorInfo> tensors;
  tensors.reserve(specs.size());
  int64_t end = 0;
  for (const TensorSpec& spec : specs) {
    TensorInfo info{.name = spec.name,
                    .dtype = spec.dtype,
                    .shape = spec.shape,
                    .offset_bytes = end};
    const absl::StatusOr<int64_t> count = NumElements(spec.shape);
    if (!count.ok()) {
      return Annotate(count.status(), absl::StrCat("tensor '", spec.name, "'"));
    }
    if (__builtin_mul_overflow(*count, DTypeSizeBytes(spec.dtype),
                               &info.size_bytes) ||
        __builtin_add_overflow(end, info.size_bytes, &end)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "tensor '", spec.name, "': shape ", ShapeString(spec.shape),
          " makes the file larger than 2^63 bytes"));
    }
    tensors.push_back(std::move(info));
  }
  return tensors;
}

// Header JSON, padded so that the data begins on a multiple of 8.
absl::StatusOr<std::string> Header(const std::vector<TensorInfo>& tensors) {
  std::string json = R"({"__metadata__":{"format":"pt"})";
  for (const TensorInfo& info : tensors) {
    ASSIGN_OR_RETURN(const std::string name, Quoted(info.name));
    absl::StrAppend(&json, ",", name, R"(:{"dtype":")", DTypeName(info.dtype),
                    R"(","shape":[)", absl::StrJoin(info.shape, ","),
                    R"(],"data_offsets":[)", info.offset_bytes, ",",
                    info.offset_bytes + info.size_bytes, "]}");
  }
  json += '}';
  json.append(
      (kHeaderAlignment - json.size() % kHeaderAlignment) % kHeaderAlignment,
      ' ');
  return json;
}

std::string WithLengthWord(const std::string& json) {
  std::string bytes;
  uint64_t length = json.size();
  for (int i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<char>(length & 0xFF));
    length >>= 8;
  }
  return bytes + json;
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(File file, std::vector<TensorInfo> tensors)
    : file_(std::move(file)),
      tensors_(std::move(tensors)),
      mutex_(std::make_unique<std::mutex>()),
      written_bytes_(tensors_.size()) {
  for (size_t i = 0; i < tensors_.size(); ++i) index_[tensors_[i].name] = i;
}

absl::StatusOr<SafetensorsWriter> SafetensorsWriter::Create(
    absl::string_view path, const std::vector<TensorSpec>& specs) {
  absl::StatusOr<std::vector<TensorInfo>> tensors = Place(specs);
  if (!tensors.ok()) return Annotate(tensors.status(), path);
  const absl::StatusOr<std::string> json = Header(*tensors);
  if (!json.ok()) return Annotate(json.status(), path);
  const std::string head = WithLengthWord(*json);
  const int64_t data_start = static_cast<int64_t>(head.size());
  const int64_t data_bytes = tensors->empty() ? 0
                                              : tensors->back().offset_bytes +
                                                    tensors->back().size_bytes;
  if (data_bytes > INT64_MAX - data_start) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": larger than 2^63 bytes"));
  }
  // The reader is the judge of what a header may be: it refuses duplicate and
  // reserved names and a header that outgrew the cap, before a byte is written.
  RETURN_IF_ERROR(ParseSafetensorsHeader(*json,
                                         static_cast<int64_t>(json->size()),
                                         data_start + data_bytes, path)
                      .status());
  ASSIGN_OR_RETURN(File file, File::Create(path));
  RETURN_IF_ERROR(file.Reserve(data_start + data_bytes));
  RETURN_IF_ERROR(file.WriteAt(0, head.data(), head.size()));
  for (TensorInfo& info : *tensors) info.offset_bytes += data_start;
  return SafetensorsWriter(std::move(file), *std::move(tensors));
}

absl::Status SafetensorsWriter::Write(absl::string_view name, const void* data,
                                      int64_t size_bytes) {
  const auto found = index_.find(std::string(name));
  if (found != index_.end() &&
      tensors_[found->second].size_bytes != size_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        file_.path(), ": tensor '", name, "' has ",
        tensors_[found->second].size_bytes, " bytes, not ", size_bytes));
  }
  return WritePart(name, 0, data, size_bytes);
}

absl::Status SafetensorsWriter::WritePart(absl::string_view name,
                                          int64_t offset_bytes,
                                          const void* data,
                                          int64_t size_bytes) {
  const auto found = index_.find(std::string(name));
  if (found == index_.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file_.path(), ": no tensor '", name, "' was announced"));
  }
  const TensorInfo& info = tensors_[found->second];
  int64_t& written = written_bytes_[found->second];
  if (offset_bytes < 0 || size_bytes < 0 || offset_bytes > info.size_bytes ||
      size_bytes > info.size_bytes - offset_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        file_.path(), ": tensor '", name, "' has ", info.size_bytes,
        " bytes; cannot write ", size_bytes, " at ", offset_bytes));
  }
  {
    // Claimed before the write, so that of two writers of one tensor the
    // second is refused and not raced with.
    const std::lock_guard<std::mutex> lock(*mutex_);
    if (size_bytes > info.size_bytes - written) {
      return absl::InvalidArgumentError(absl::StrCat(
          file_.path(), ": tensor '", name, "' was written before"));
    }
    written += size_bytes;
  }
  absl::Status status = file_.WriteAt(info.offset_bytes + offset_bytes, data,
                                      static_cast<size_t>(size_bytes));
  if (!status.ok()) {
    const std::lock_guard<std::mutex> lock(*mutex_);
    written -= size_bytes;
  }
  return status;
}

absl::Status SafetensorsWriter::Finish() {
  {
    const std::lock_guard<std::mutex> lock(*mutex_);
    for (size_t i = 0; i < tensors_.size(); ++i) {
      if (written_bytes_[i] == tensors_[i].size_bytes) continue;
      return absl::FailedPreconditionError(absl::StrCat(
          file_.path(), ": tensor '", tensors_[i].name, "' has only ",
          written_bytes_[i], " of ", tensors_[i].size_bytes, " bytes written"));
    }
  }
  return file_.Sync();
}

}  // namespace decant

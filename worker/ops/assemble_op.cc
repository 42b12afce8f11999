#include "worker/ops/assemble_op.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/ops/assemble_params.h"
#include "common/tensor/safetensors_reader.h"
#include "common/tensor/safetensors_writer.h"
#include "worker/io/float_conversion.h"
#include "worker/ops/parallel_tasks.h"

namespace decant {
namespace {

constexpr int64_t kBlockBytes = int64_t{16} << 20;

// Where a tensor's bytes come from: a checkpoint, or the file of an input.
struct Origin {
  std::shared_ptr<const Checkpoint> checkpoint;  // Shared: the runner's cache.
  std::string input_path;
};

// Reads a tensor front to back. Rows and columns as TensorSlice counts them.
class TensorStream {
 public:
  static absl::StatusOr<TensorStream> Open(const Origin& origin,
                                           const TensorSlice& slice) {
    TensorStream stream(origin, slice);
    if (origin.checkpoint != nullptr) {
      ASSIGN_OR_RETURN(const TensorInfo* info,
                       origin.checkpoint->Require(slice.name));
      stream.info_ = *info;
      ASSIGN_OR_RETURN(stream.extents_, origin.checkpoint->SliceShape(slice));
      return stream;
    }
    ASSIGN_OR_RETURN(stream.reader_,
                     SafetensorsReader::Open(origin.input_path));
    const TensorInfo* info = stream.reader_->header().Find(slice.name);
    if (info == nullptr || slice.first_row != 0 || slice.num_rows >= 0) {
      return absl::NotFoundError(absl::StrCat(
          origin.input_path, " holds no whole tensor ", slice.name));
    }
    stream.info_ = *info;
    const int64_t columns = info->shape.empty() ? 1 : info->shape.back();
    const int64_t row_bytes =
        std::max<int64_t>(1, columns * DTypeSizeBytes(info->dtype));
    stream.extents_ = {info->size_bytes / row_bytes, columns};
    return stream;
  }

  DType dtype() const { return info_.dtype; }
  int64_t num_rows() const { return extents_[0]; }
  int64_t num_columns() const { return extents_[1]; }
  bool is_whole() const { return slice_.first_row == 0 && slice_.num_rows < 0; }
  const std::vector<int64_t>& stored_shape() const { return info_.shape; }

  absl::Status ReadRows(int64_t first_row, int64_t count,
                        std::string& buffer) const {
    const int64_t row_bytes = num_columns() * DTypeSizeBytes(dtype());
    buffer.resize(static_cast<size_t>(count * row_bytes));
    const int64_t size = static_cast<int64_t>(buffer.size());
    if (reader_.has_value()) {
      return reader_->Read(info_, first_row * row_bytes, buffer.data(), size);
    }
    const TensorSlice rows = {slice_.name, slice_.first_row + first_row, count};
    return origin_.checkpoint->ReadSlice(rows, buffer.data(), size);
  }

 private:
  TensorStream(Origin origin, TensorSlice slice)
      : origin_(std::move(origin)), slice_(std::move(slice)) {}

  Origin origin_;
  TensorSlice slice_;
  TensorInfo info_;
  std::vector<int64_t> extents_;
  std::optional<SafetensorsReader> reader_;
};

absl::Status CheckMatches(const AssembleParams::Tensor& tensor,
                          const TensorStream& stream) {
  const std::vector<int64_t> shape =
      stream.is_whole()
          ? stream.stored_shape()
          : std::vector<int64_t>{stream.num_rows(), stream.num_columns()};
  if (shape != tensor.shape) {
    return absl::InvalidArgumentError(absl::StrCat(
        "tensor ", tensor.name, ": planned ", ShapeString(tensor.shape),
        ", found ", ShapeString(shape)));
  }
  if (stream.dtype() != tensor.dtype &&
      (!IsConvertible(stream.dtype()) || !IsConvertible(tensor.dtype))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "tensor ", tensor.name, ": stored as ", DTypeName(stream.dtype()),
        ", which cannot become ", DTypeName(tensor.dtype)));
  }
  return absl::OkStatus();
}

class AssembleOp : public Op {
 public:
  absl::string_view name() const override { return kAssembleOp; }
  int64_t version() const override { return kAssembleVersion; }

  absl::StatusOr<UnitResult> Run(OpContext& context,
                                 const Json& json) override {
    ASSIGN_OR_RETURN(const AssembleParams params,
                     AssembleParams::FromJson(json));
    ASSIGN_OR_RETURN(const std::vector<Origin> origins,
                     FindOrigins(context, params));
    const std::string path = JoinPath(context.folder(), "shard.safetensors");
    ASSIGN_OR_RETURN(SafetensorsWriter writer, CreateWriter(path, params));
    RETURN_IF_ERROR(CopyAll(context, params, origins, writer));
    RETURN_IF_ERROR(writer.Finish());
    ASSIGN_OR_RETURN(const ArtifactRef shard, context.Publish("shard", path));
    return context.Result(
        {{"num_tensors", params.tensors.size()}, {"bytes", shard.size_bytes}});
  }

 private:
  // The context is used from one thread, so everything is looked up (and the
  // inputs' digests are verified) before the threads start.
  static absl::StatusOr<std::vector<Origin>> FindOrigins(
      OpContext& context, const AssembleParams& params) {
    std::map<std::string, std::string> paths;
    std::vector<Origin> origins;
    for (const AssembleParams::Tensor& tensor : params.tensors) {
      RETURN_IF_ERROR(context.CheckCancelled());
      Origin origin;
      if (tensor.from.input.empty()) {
        ASSIGN_OR_RETURN(origin.checkpoint,
                         context.Source(tensor.from.checkpoint));
      } else if (const auto known = paths.find(tensor.from.input);
                 known != paths.end()) {
        origin.input_path = known->second;
      } else {
        ASSIGN_OR_RETURN(origin.input_path,
                         context.InputPath(tensor.from.input));
        paths[tensor.from.input] = origin.input_path;
      }
      origins.push_back(std::move(origin));
    }
    return origins;
  }

  static absl::StatusOr<SafetensorsWriter> CreateWriter(
      const std::string& path, const AssembleParams& params) {
    std::vector<TensorSpec> specs;
    for (const AssembleParams::Tensor& tensor : params.tensors) {
      specs.push_back({tensor.name, tensor.dtype, tensor.shape});
    }
    return SafetensorsWriter::Create(path, specs);
  }

  static absl::Status CopyAll(OpContext& context, const AssembleParams& params,
                              const std::vector<Origin>& origins,
                              SafetensorsWriter& writer) {
    std::atomic<int64_t> done = 0;
    const int64_t total = static_cast<int64_t>(params.tensors.size());
    return RunTasks(context.threads(), params.tensors.size(), [&](size_t i) {
      const absl::Status status =
          CopyTensor(context, params.tensors[i], origins[i], writer);
      context.Progress(++done, total);
      return Annotate(status, params.tensors[i].name);
    });
  }

  static absl::Status CopyTensor(const OpContext& context,
                                 const AssembleParams::Tensor& tensor,
                                 const Origin& origin,
                                 SafetensorsWriter& writer) {
    ASSIGN_OR_RETURN(const TensorStream stream,
                     TensorStream::Open(origin, tensor.from.slice));
    RETURN_IF_ERROR(CheckMatches(tensor, stream));
    const int64_t row_bytes = std::max<int64_t>(
        1, stream.num_columns() * DTypeSizeBytes(stream.dtype()));
    const int64_t step = std::max<int64_t>(1, kBlockBytes / row_bytes);
    std::string buffer;
    int64_t offset = 0;
    for (int64_t row = 0; row < stream.num_rows(); row += step) {
      RETURN_IF_ERROR(context.CheckCancelled());
      const int64_t count = std::min(step, stream.num_rows() - row);
      RETURN_IF_ERROR(stream.ReadRows(row, count, buffer));
      ASSIGN_OR_RETURN(const std::string bytes,
                       ConvertFloats(buffer, stream.dtype(), tensor.dtype));
      const int64_t size = static_cast<int64_t>(bytes.size());
      RETURN_IF_ERROR(
          writer.WritePart(tensor.name, offset, bytes.data(), size));
      offset += size;
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Op> MakeAssembleOp() { return std::make_unique<AssembleOp>(); }

}  // namespace decant

// An OpContext in a temporary folder, with a real artifact store behind it.
#ifndef DECANT_TESTS_WORKER_OPS_FAKE_CONTEXT_H_
#define DECANT_TESTS_WORKER_OPS_FAKE_CONTEXT_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/artifact/artifact_store.h"
#include "common/base/files.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"
#include "worker/io/tensor_file.h"
#include "worker/ops/op.h"

namespace decant {

class FakeContext : public OpContext {
 public:
  FakeContext()
      : store_(ValueOf(ArtifactStore::Open(temp_.Path("workspace")))),
        device_("cpu"),
        folder_(temp_.Path("attempt")) {
    EXPECT_TRUE(MakeFolders(folder_).ok());
    order_.job_id = "j-test";
    order_.epoch = 1;
    order_.numerics_class = "test-class";
    order_.workspace = store_.root();
  }

  UnitOrder& mutable_order() { return order_; }
  ArtifactStore& store() { return store_; }
  std::string Path(absl::string_view name) const { return temp_.Path(name); }
  void Cancel() { cancelled_ = true; }
  void set_threads(int threads) { threads_ = threads; }
  int64_t progress_done() const { return progress_done_; }

  void AddInput(const std::string& name,
                const std::vector<NamedTensor>& tensors) {
    const std::string path = temp_.Path("input.safetensors");
    ASSERT_THAT(WriteTensorFile(path, tensors), IsOk());
    order_.inputs[name] = ValueOf(store_.PublishFile(path));
  }
  void AddInputBytes(const std::string& name, absl::string_view bytes) {
    order_.inputs[name] = ValueOf(store_.PublishBytes(bytes));
  }
  // Passes an output of one unit on to another context's input.
  void AddInputFrom(const std::string& name, FakeContext& other,
                    const std::string& output) {
    const std::string bytes =
        ValueOf(other.store_.Read(other.published_.at(output)));
    AddInputBytes(name, bytes);
  }

  // Writes a checkpoint of one file as source `name`.
  void AddSource(const std::string& name,
                 const std::vector<NamedTensor>& tensors) {
    const std::string folder = temp_.Path(name);
    ASSERT_THAT(MakeFolders(folder), IsOk());
    ASSERT_THAT(WriteTensorFile(JoinPath(folder, "model.safetensors"), tensors),
                IsOk());
    sources_[name] = ValueOf(Checkpoint::Open(folder));
    order_.sources[name].path = folder;
  }

  const UnitOrder& order() const override { return order_; }
  const std::string& device() const override { return device_; }
  int threads() const override { return threads_; }
  const std::string& folder() const override { return folder_; }
  bool cancelled() const override { return cancelled_; }
  void Progress(int64_t done, int64_t) override { progress_done_ = done; }

  absl::StatusOr<std::string> ReadInput(absl::string_view name) override {
    const auto input = order_.inputs.find(std::string(name));
    if (input == order_.inputs.end()) return NoInput(name);
    return store_.Read(input->second);
  }
  absl::StatusOr<std::string> InputPath(absl::string_view name) override {
    const auto input = order_.inputs.find(std::string(name));
    if (input == order_.inputs.end()) return NoInput(name);
    const absl::Status verified = store_.Verify(input->second);
    if (!verified.ok()) return verified;
    return store_.ArtifactPath(input->second.digest);
  }
  absl::StatusOr<std::shared_ptr<const Checkpoint>> Source(
      absl::string_view name) override {
    const auto source = sources_.find(std::string(name));
    if (source != sources_.end()) return source->second;
    return absl::InvalidArgumentError(absl::StrCat("no source ", name));
  }
  absl::StatusOr<ArtifactRef> Publish(absl::string_view name,
                                      absl::string_view path) override {
    return published_[std::string(name)] = ValueOf(store_.PublishFile(path));
  }
  absl::StatusOr<ArtifactRef> PublishBytes(absl::string_view name,
                                           absl::string_view bytes) override {
    return published_[std::string(name)] = ValueOf(store_.PublishBytes(bytes));
  }
  absl::StatusOr<UnitResult> Result(Json summary) override {
    return UnitResult{published_, std::move(summary)};
  }

  // What was published as `output`.
  std::string OutputPath(const std::string& output) const {
    return store_.ArtifactPath(published_.at(output).digest);
  }
  at::Tensor OutputTensor(const std::string& output,
                          const std::string& tensor) const {
    return ValueOf(ReadTensorFile(OutputPath(output), tensor));
  }
  Json OutputJson(const std::string& output) const {
    return ValueOf(ParseJson(ValueOf(ReadFile(OutputPath(output))), output));
  }

 private:
  static absl::Status NoInput(absl::string_view name) {
    return absl::InvalidArgumentError(absl::StrCat("no input ", name));
  }

  TempFolder temp_;
  ArtifactStore store_;
  const std::string device_;
  const std::string folder_;
  UnitOrder order_;
  std::map<std::string, std::shared_ptr<const Checkpoint>> sources_;
  std::map<std::string, ArtifactRef> published_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<int64_t> progress_done_ = 0;
  int threads_ = 2;
};

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_OPS_FAKE_CONTEXT_H_

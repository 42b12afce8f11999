// Units, ops and a workspace for the runner's tests.
#ifndef DECANT_TESTS_WORKER_RUNNER_RUNNER_FIXTURE_H_
#define DECANT_TESTS_WORKER_RUNNER_RUNNER_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/artifact/artifact_store.h"
#include "common/base/files.h"
#include "common/tensor/checkpoint.h"
#include "common/tensor/safetensors_writer.h"
#include "common/unit/unit_spec.h"
#include "gtest/gtest.h"
#include "worker/ops/op.h"
#include "worker/ops/op_registry.h"

namespace decant {

// An op from a lambda.
class LambdaOp final : public Op {
 public:
  using Body = std::function<absl::StatusOr<UnitResult>(OpContext&)>;
  LambdaOp(std::string name, Body body)
      : name_(std::move(name)), body_(std::move(body)) {}
  absl::string_view name() const override { return name_; }
  int64_t version() const override { return 1; }
  absl::StatusOr<UnitResult> Run(OpContext& context, const Json&) override {
    return body_(context);
  }

 private:
  const std::string name_;
  const Body body_;
};

inline constexpr char kTestClass[] = "test-class";

class RunnerFixture : public testing::Test {
 protected:
  RunnerFixture() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = JoinPath(testing::TempDir(), absl::StrCat(test->test_suite_name(),
                                                        ".", test->name()));
    EXPECT_TRUE(RemoveAll(folder_).ok());
    EXPECT_TRUE(MakeFolders(folder_).ok());
    absl::StatusOr<ArtifactStore> store =
        ArtifactStore::Open(JoinPath(folder_, "workspace"));
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = std::make_unique<ArtifactStore>(*std::move(store));
  }

  // A unit of op `op` with output "out" and no inputs.
  UnitOrder Order(const std::string& op) const {
    UnitOrder order;
    order.job_id = "j-1";
    order.spec.id = "0/test/unit";
    order.spec.phase = "test";
    order.spec.op = op;
    order.spec.outputs = {"out"};
    order.epoch = 4;
    order.action_key = std::string(64, 'a');
    order.numerics_class = kTestClass;
    order.workspace = store_->root();
    return order;
  }

  void AddOp(const std::string& name, LambdaOp::Body body) {
    registry_.Add(std::make_unique<LambdaOp>(name, std::move(body)));
  }

  // A checkpoint with one F32 tensor "w", and how an order refers to it.
  SourceRef MakeSource(const std::string& name, float value = 1.0f) const {
    const std::string path = JoinPath(folder_, name);
    EXPECT_TRUE(MakeFolders(path).ok());
    WriteModel(path, value);
    auto checkpoint = Checkpoint::Open(path);
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
    const SourceManifest manifest = (*checkpoint)->Manifest();
    auto ref = store_->PublishBytes(CanonicalJson(manifest.ToJson()));
    EXPECT_TRUE(ref.ok()) << ref.status();
    return {.path = path, .fingerprint = manifest.digest, .manifest = *ref};
  }

  static void WriteModel(const std::string& path, float value) {
    auto writer = SafetensorsWriter::Create(
        JoinPath(path, "model.safetensors"),
        {{.name = "w", .dtype = DType::kF32, .shape = {1}}});
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE(writer->Write("w", &value, sizeof(value)).ok());
    ASSERT_TRUE(writer->Finish().ok());
  }

  std::string folder_;
  std::unique_ptr<ArtifactStore> store_;
  OpRegistry registry_;
};

}  // namespace decant

#endif  // DECANT_TESTS_WORKER_RUNNER_RUNNER_FIXTURE_H_

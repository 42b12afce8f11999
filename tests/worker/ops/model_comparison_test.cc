#include "worker/ops/model_comparison.h"

#include <cmath>
#include <limits>
#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"
#include "tests/worker/ops/made_model.h"

namespace decant {
namespace {

class ModelComparisonTest : public testing::Test {
 protected:
  ModelComparisonTest() {
    options_.threads = 3;
    options_.check_cancelled = [] { return absl::OkStatus(); };
    options_.progress = [](int64_t, int64_t) {};
    Write("student", TinyStudentTensors());
    student_ = ValueOf(Checkpoint::Open(temp_.Path("student")));
  }

  void Write(const std::string& name, const std::vector<NamedTensor>& tensors) {
    const std::string folder = temp_.Path(name);
    ASSERT_THAT(MakeFolders(folder), IsOk());
    ASSERT_THAT(WriteFileAtomically(JoinPath(folder, kConfigName),
                                    TinyDenseConfig().dump()),
                IsOk());
    ASSERT_THAT(WriteTensorFile(JoinPath(folder, "model.safetensors"), tensors),
                IsOk());
  }

  // The comparison of a model of `tensors` with the student.
  absl::StatusOr<std::vector<TensorChange>> Compare(
      const std::vector<NamedTensor>& tensors) {
    Write("made", tensors);
    made_ = ValueOf(Model::Open(temp_.Path("made")));
    return CompareModels(*made_, *student_, options_);
  }

  static const TensorChange& Find(const std::vector<TensorChange>& changes,
                                  const std::string& name) {
    for (const TensorChange& change : changes) {
      if (change.name == name) return change;
    }
    ADD_FAILURE() << name;
    return changes.front();
  }

  TempFolder temp_;
  CompareOptions options_;
  std::unique_ptr<Checkpoint> student_;
  std::unique_ptr<Model> made_;
};

TEST_F(ModelComparisonTest, OneChangedRowIsFoundAndNothingElse) {
  const auto changes = ValueOf(Compare(TinyMadeTensors()));

  const TensorChange& made = Find(changes, kMadeTensor);
  EXPECT_EQ(made.role, "ffn_down");
  EXPECT_EQ(made.layer, 1);
  // [8, 12]: one row of eight.
  EXPECT_EQ(made.comparison.changed_elements, 12);
  EXPECT_FALSE(made.is_all_zero);
  const Json summary = SummariseChanges(changes);
  EXPECT_EQ(summary["changed_elements"], 12);
  EXPECT_EQ(summary["num_tensors"], TinyStudentTensors().size());
  EXPECT_EQ(summary["max_relative_change_tensor"], kMadeTensor);
  EXPECT_EQ(summary["nonfinite_elements"], 0);
  EXPECT_NEAR(summary["changed_elements_fraction"].get<double>(),
              12 / summary["num_elements"].get<double>(), 1e-15);
  EXPECT_EQ(ReportChanges(changes)["tensors"].size(), changes.size());
}

TEST_F(ModelComparisonTest, TheStudentItselfShowsNoChange) {
  const Json summary = SummariseChanges(ValueOf(Compare(TinyStudentTensors())));

  EXPECT_EQ(summary["changed_elements"], 0);
  EXPECT_EQ(summary["max_relative_change"], 0.0);
  EXPECT_EQ(summary["max_relative_change_tensor"], "");
}

TEST_F(ModelComparisonTest, ZerosAndNanAreSeen) {
  std::vector<NamedTensor> tensors = TinyStudentTensors();
  for (NamedTensor& tensor : tensors) {
    if (tensor.name == kMadeTensor) tensor.tensor = tensor.tensor.mul(-0.0);
    if (tensor.name == "model.norm.weight") {
      tensor.tensor[3] = std::numeric_limits<float>::quiet_NaN();
    }
  }

  const auto changes = ValueOf(Compare(tensors));

  EXPECT_TRUE(Find(changes, kMadeTensor).is_all_zero);
  EXPECT_EQ(SummariseChanges(changes)["nonfinite_elements"], 1);
}

TEST_F(ModelComparisonTest, StopsWhenCancelled) {
  options_.check_cancelled = [] { return absl::CancelledError("stop"); };

  EXPECT_EQ(Compare(TinyMadeTensors()).status().code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace decant

#include "common/model/model.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/model/checkpoint_files.h"

namespace decant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<TensorSpec> Specs(const Json& json) {
  std::vector<TensorSpec> specs;
  const absl::StatusOr<ModelLayout> layout =
      ModelLayout::Predict(ParsedConfig(json), DType::kBF16);
  EXPECT_TRUE(layout.ok()) << layout.status();
  for (const RoledTensor& tensor : layout->tensors()) {
    specs.push_back({tensor.name, tensor.dtype, tensor.shape});
  }
  return specs;
}

TEST(ModelTest, OpensACompleteCheckpoint) {
  const std::string folder = FreshFolder("complete");
  WriteCheckpoint(folder, TinyMoeConfig(), Specs(TinyMoeConfig()));

  const absl::StatusOr<std::unique_ptr<Model>> model = Model::Open(folder);

  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->config().family, "qwen3_moe");
  EXPECT_EQ((*model)->tensors().size(),
            (*model)->checkpoint().tensors().size());
  EXPECT_EQ((*model)->Find(TensorRole::kRouter, 2)->shape,
            (std::vector<int64_t>{4, 8}));
  EXPECT_TRUE((*model)->is_sparse(0));
  EXPECT_TRUE((*model)->CheckTiedHead().ok());
}

TEST(ModelTest, ExpertSlicesReadBackFromThePackedLayout) {
  const std::string folder = FreshFolder("packed");
  std::vector<TensorSpec> specs = Specs(TinyMoeConfig());
  std::erase_if(specs, [](const TensorSpec& spec) {
    return spec.name.find("layers.0.mlp.experts.") != std::string::npos;
  });
  const std::string prefix = "model.layers.0.mlp.experts.";
  specs.push_back({prefix + "gate_up_proj", DType::kBF16, {4, 10, 8}});
  specs.push_back({prefix + "down_proj", DType::kBF16, {4, 8, 5}});
  WriteCheckpoint(folder, TinyMoeConfig(), specs);

  const absl::StatusOr<std::unique_ptr<Model>> model = Model::Open(folder);
  ASSERT_TRUE(model.ok()) << model.status();

  for (const ExpertKind kind : kExpertKinds) {
    const absl::StatusOr<ExpertStack> stack = (*model)->Experts(0, kind);
    ASSERT_TRUE(stack.ok()) << stack.status();
    const absl::StatusOr<std::vector<int64_t>> shape =
        (*model)->checkpoint().SliceShape(stack->Slice(3));
    ASSERT_TRUE(shape.ok()) << shape.status();
    EXPECT_EQ(*shape,
              (std::vector<int64_t>{stack->num_rows, stack->num_columns}));
    EXPECT_FALSE((*model)->checkpoint().SliceShape(stack->Slice(4)).ok());
  }
}

TEST(ModelTest, ErrorsNameTheFolder) {
  const std::string folder = FreshFolder("incomplete");
  std::vector<TensorSpec> specs = Specs(TinyDenseConfig());
  specs.pop_back();
  WriteCheckpoint(folder, TinyDenseConfig(), specs);

  const absl::Status status = Model::Open(folder).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(folder), HasSubstr("model.norm.weight"),
                    HasSubstr("is missing")));
}

TEST(ModelTest, MissingFolderIsNotFound) {
  EXPECT_EQ(Model::Open("/no/such/folder").status().code(),
            absl::StatusCode::kNotFound);
}

// A tied model whose file carries both matrices of the same two values, or of
// different ones.
absl::Status CheckTied(const std::string& folder_name, uint8_t embedding_byte,
                       uint8_t head_byte) {
  const std::string folder = FreshFolder(folder_name);
  std::vector<TensorSpec> specs = Specs(TinyDenseConfig());
  specs.push_back({"lm_head.weight", DType::kBF16, {32, 8}});
  WriteCheckpoint(folder, TinyDenseConfig(), specs);
  absl::StatusOr<SafetensorsWriter> writer =
      SafetensorsWriter::Create(JoinPath(folder, "model.safetensors"), specs);
  EXPECT_TRUE(writer.ok()) << writer.status();
  for (const TensorInfo& tensor : writer->tensors()) {
    std::string bytes(static_cast<size_t>(tensor.size_bytes), '\1');
    if (tensor.name == "model.embed_tokens.weight") {
      bytes.back() = static_cast<char>(embedding_byte);
    }
    if (tensor.name == "lm_head.weight") {
      bytes.back() = static_cast<char>(head_byte);
    }
    EXPECT_TRUE(
        writer->Write(tensor.name, bytes.data(), tensor.size_bytes).ok());
  }
  EXPECT_TRUE(writer->Finish().ok());
  const absl::StatusOr<std::unique_ptr<Model>> model = Model::Open(folder);
  return model.ok() ? (*model)->CheckTiedHead() : model.status();
}

TEST(ModelTest, ATiedHeadMustEqualTheEmbedding) {
  EXPECT_TRUE(CheckTied("tied_equal", 7, 7).ok());
  const absl::Status status = CheckTied("tied_different", 7, 8);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("tie_word_embeddings is true"),
                    HasSubstr("'lm_head.weight' differs")));
}

}  // namespace
}  // namespace decant

#include "common/tensor/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "absl/strings/str_cat.h"
#include "common/tensor/safetensors_writer.h"
#include "common/tensor/shard_layout.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"

namespace decant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
constexpr absl::StatusCode kStale = absl::StatusCode::kFailedPrecondition;

// Each tensor holds the bytes 0, 1, 2, ...
void WriteShard(const std::string& path, const std::vector<TensorSpec>& specs) {
  SafetensorsWriter writer = ValueOf(SafetensorsWriter::Create(path, specs));
  for (const TensorInfo& info : writer.tensors()) {
    std::vector<uint8_t> bytes(static_cast<size_t>(info.size_bytes));
    std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    ASSERT_THAT(writer.Write(info.name, bytes.data(), info.size_bytes), IsOk());
  }
  ASSERT_THAT(writer.Finish(), IsOk());
}

class CheckpointTest : public testing::Test {
 protected:
  // Shards 1 (tensors "b", "c") and 2 (tensor "a") with their index.
  void WriteTwoShards() {
    WriteShard(temp_.Path("1.safetensors"),
               {{.name = "c", .dtype = DType::kU8, .shape = {2, 3, 4}},
                {.name = "b", .dtype = DType::kBF16, .shape = {5}}});
    WriteShard(temp_.Path("2.safetensors"),
               {{.name = "a", .dtype = DType::kF32, .shape = {2, 2}}});
    WriteIndex({{"a", "2.safetensors"},
                {"b", "1.safetensors"},
                {"c", "1.safetensors"}});
  }
  void WriteIndex(const Json& weight_map) {
    ASSERT_THAT(
        WriteFileAtomically(temp_.Path(kWeightsIndexFile),
                            CanonicalJson({{"weight_map", weight_map}})),
        IsOk());
  }
  std::unique_ptr<Checkpoint> Open() {
    return ValueOf(Checkpoint::Open(temp_.path()));
  }
  const TempFolder temp_;
};

TEST_F(CheckpointTest, OpensASingleFile) {
  WriteShard(temp_.Path("model.safetensors"), {{.name = "a", .shape = {3}}});
  EXPECT_EQ(Open()->total_bytes(), 12);
}

TEST_F(CheckpointTest, TensorsOfAllShardsAreFoundByName) {
  WriteTwoShards();
  const std::unique_ptr<Checkpoint> checkpoint = Open();
  ASSERT_EQ(checkpoint->tensors().size(), 3u);
  EXPECT_EQ(checkpoint->tensors()[0].name, "a");
  EXPECT_EQ(checkpoint->tensors()[2].name, "c");
  EXPECT_EQ(checkpoint->total_bytes(), 24 + 10 + 16);
  EXPECT_EQ(checkpoint->Find("b")->size_bytes, 10);
  EXPECT_EQ(checkpoint->Find("x"), nullptr);
  EXPECT_EQ(ValueOf(checkpoint->Require("a"))->dtype, DType::kF32);
}

TEST_F(CheckpointTest, AnUnknownTensorIsNamedWithItsNeighbour) {
  WriteShard(temp_.Path("model.safetensors"),
             {{.name = "layers.0.up_proj.weight"}});
  EXPECT_THAT(Open()->Require("layers.0.up_prj.weight"),
              Fails(absl::StatusCode::kNotFound,
                    AllOf(HasSubstr("'layers.0.up_prj.weight'"),
                          HasSubstr(temp_.path()),
                          HasSubstr("mean 'layers.0.up_proj.weight'?"))));
}

TEST_F(CheckpointTest, SlicesAreRowsOfTheMatrix) {
  WriteTwoShards();
  const std::unique_ptr<Checkpoint> checkpoint = Open();
  EXPECT_THAT(ValueOf(checkpoint->SliceShape({.name = "c"})),
              ElementsAre(6, 4));
  EXPECT_THAT(ValueOf(checkpoint->SliceShape({.name = "b"})),
              ElementsAre(1, 5));
  EXPECT_THAT(ValueOf(checkpoint->SliceShape({.name = "c", .first_row = 4})),
              ElementsAre(2, 4));
  const TensorSlice slice{.name = "c", .first_row = 3, .num_rows = 2};
  EXPECT_THAT(ValueOf(checkpoint->SliceShape(slice)), ElementsAre(2, 4));
  std::vector<uint8_t> bytes(8);
  ASSERT_THAT(checkpoint->ReadSlice(slice, bytes.data(), 8), IsOk());
  EXPECT_THAT(bytes, ElementsAre(12, 13, 14, 15, 16, 17, 18, 19));
}

TEST_F(CheckpointTest, RefusesSlicesOutOfRangeAndBuffersOfTheWrongSize) {
  WriteTwoShards();
  const std::unique_ptr<Checkpoint> checkpoint = Open();
  const TensorSlice kBad[] = {
      {.name = "c", .first_row = -1},
      {.name = "c", .first_row = 7},
      {.name = "c", .first_row = 5, .num_rows = 2},
      {.name = "c", .first_row = 1, .num_rows = INT64_MAX},
      {.name = "c", .num_rows = -2},
  };
  for (const TensorSlice& slice : kBad) {
    EXPECT_THAT(checkpoint->SliceShape(slice),
                Fails(kInvalid, HasSubstr("[2, 3, 4] has 6 rows")));
  }
  uint8_t bytes[24];
  EXPECT_THAT(checkpoint->ReadSlice({.name = "c"}, bytes, 23),
              Fails(kInvalid, HasSubstr("6 rows take 24 bytes")));
  EXPECT_THAT(checkpoint->ReadSlice({.name = "x"}, bytes, 24),
              Fails(absl::StatusCode::kNotFound, HasSubstr("'x'")));
}

TEST_F(CheckpointTest, EmptyAndScalarTensorsHaveSlices) {
  WriteShard(temp_.Path("model.safetensors"),
             {{.name = "e", .shape = {0, 1LL << 62}},
              {.name = "s", .dtype = DType::kU8}});
  const std::unique_ptr<Checkpoint> checkpoint = Open();
  uint8_t byte = 9;
  EXPECT_THAT(checkpoint->ReadSlice({.name = "e"}, &byte, 0), IsOk());
  EXPECT_THAT(ValueOf(checkpoint->SliceShape({.name = "s"})),
              ElementsAre(1, 1));
  ASSERT_THAT(checkpoint->ReadSlice({.name = "s"}, &byte, 1), IsOk());
  EXPECT_EQ(byte, 0);
}

TEST_F(CheckpointTest, RefusesFoldersThatDoNotHangTogether) {
  WriteTwoShards();
  // The index names a tensor its shard lacks.
  WriteIndex({{"a", "1.safetensors"}, {"b", "1.safetensors"}});
  EXPECT_THAT(Checkpoint::Open(temp_.path()),
              Fails(kInvalid, HasSubstr("'a' is in 1.safetensors, which")));
  // A shard is missing.
  WriteIndex({{"a", "2.safetensors"}, {"d", "3.safetensors"}});
  EXPECT_THAT(Checkpoint::Open(temp_.path()),
              Fails(absl::StatusCode::kNotFound, HasSubstr("3.safetensors")));
  // A tensor is in two shards, whatever the index says.
  WriteShard(temp_.Path("3.safetensors"), {{.name = "a"}, {.name = "d"}});
  EXPECT_THAT(Checkpoint::Open(temp_.path()),
              Fails(kInvalid, HasSubstr("tensor 'a' is in 2.safetensors and "
                                        "in 3.safetensors")));
}

TEST_F(CheckpointTest, AMissingFolderIsNotFound) {
  EXPECT_THAT(Checkpoint::Open(temp_.Path("absent")),
              Fails(absl::StatusCode::kNotFound, HasSubstr("no such folder")));
}

TEST_F(CheckpointTest, OpenCheckedNoticesAChange) {
  WriteTwoShards();
  const SourceManifest manifest = Open()->Manifest();
  ASSERT_EQ(manifest.shards.size(), 2u);
  EXPECT_THAT(Checkpoint::OpenChecked(temp_.path(), manifest), IsOk());
  WriteShard(temp_.Path("2.safetensors"),
             {{.name = "a", .dtype = DType::kF32, .shape = {2, 3}}});
  EXPECT_THAT(Checkpoint::OpenChecked(temp_.path(), manifest),
              Fails(kStale, AllOf(HasSubstr("2.safetensors: size was"),
                                  HasSubstr(temp_.path()))));
}

TEST_F(CheckpointTest, CheckUnchangedNoticesReplacedAndRemovedShards) {
  WriteTwoShards();
  const std::unique_ptr<Checkpoint> checkpoint = Open();
  EXPECT_THAT(checkpoint->CheckUnchanged(), IsOk());
  // Same bytes, another file: the descriptor still sees the old one.
  const std::string path = temp_.Path("1.safetensors");
  ASSERT_THAT(WriteFileAtomically(path, ValueOf(ReadFile(path))), IsOk());
  EXPECT_THAT(checkpoint->CheckUnchanged(),
              Fails(kStale, AllOf(HasSubstr(path), HasSubstr("changed"))));
  ASSERT_THAT(RemoveFile(path), IsOk());
  EXPECT_THAT(checkpoint->CheckUnchanged(),
              Fails(kStale, AllOf(HasSubstr(path), HasSubstr("vanished"))));
}

// The size of the largest teacher: 241 shards. Checks that nothing in Open
// grows with the square of the tensors; the run time says so.
TEST_F(CheckpointTest, OpensAsManyShardsAsTheLargestTeacherHas) {
  Json weight_map = Json::object();
  for (int shard = 0; shard < 241; ++shard) {
    std::vector<TensorSpec> specs;
    const std::string file = absl::StrCat("s", shard, ".safetensors");
    for (int i = 0; i < 130; ++i) {
      specs.push_back({.name = absl::StrCat("layers.", shard, ".experts.", i,
                                            ".gate_proj.weight"),
                       .dtype = DType::kU8,
                       .shape = {1}});
      weight_map[specs.back().name] = file;
    }
    WriteShard(temp_.Path(file), specs);
  }
  WriteIndex(weight_map);
  const std::unique_ptr<Checkpoint> checkpoint = Open();
  EXPECT_EQ(checkpoint->tensors().size(), 241u * 130u);
  EXPECT_EQ(checkpoint->Manifest().shards.size(), 241u);
}

}  // namespace
}  // namespace decant

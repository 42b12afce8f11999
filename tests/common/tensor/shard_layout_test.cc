#include "common/tensor/shard_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/base/json.h"
#include "tests/common/base/status_matchers.h"
#include "tests/common/base/temp_folder.h"
#include "tests/common/tensor/raw_safetensors.h"

namespace decant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ShardLayoutTest : public testing::Test {
 protected:
  void Write(absl::string_view name, absl::string_view bytes) {
    ASSERT_THAT(WriteFileAtomically(temp_.Path(name), bytes), IsOk());
  }
  void WriteIndex(const Json& weight_map) {
    Write(kWeightsIndexFile, CanonicalJson({{"weight_map", weight_map}}));
  }
  const TempFolder temp_;
};

TEST_F(ShardLayoutTest, OneFileNeedsNoIndex) {
  Write("model.safetensors", "");
  const ShardLayout layout = ValueOf(FindShards(temp_.path()));
  EXPECT_THAT(layout.files, ElementsAre("model.safetensors"));
  EXPECT_TRUE(layout.weight_map.empty());
}

TEST_F(ShardLayoutTest, AnIndexListsEachFileOnce) {
  WriteIndex({{"x", "s/2.safetensors"},
              {"y", "1.safetensors"},
              {"z", "s/2.safetensors"}});
  const ShardLayout layout = ValueOf(FindShards(temp_.path()));
  EXPECT_THAT(layout.files, ElementsAre("1.safetensors", "s/2.safetensors"));
  EXPECT_EQ(layout.weight_map.at("z"), "s/2.safetensors");
}

TEST_F(ShardLayoutTest, RefusesAnIndexThatLeadsOut) {
  const std::pair<std::string, const char*> kCases[] = {
      {"../model.safetensors", "leads out of the folder"},
      {"a/../../model.safetensors", "leads out of the folder"},
      {"a/../model.safetensors", "leads out of the folder"},
      {"..", "leads out of the folder"},
      {"/etc/model.safetensors", "not a plain relative path"},
      {"a//b.safetensors", "not a plain relative path"},
      {"./b.safetensors", "not a plain relative path"},
      {"", "not a plain relative path"},
      {"a\nb.safetensors", "control character"},
      {std::string("a\0.safetensors", 14), "control character"},
      {"pytorch_model.bin", "not a .safetensors file"},
  };
  for (const auto& [file, message] : kCases) {
    WriteIndex({{"x", file}});
    EXPECT_THAT(FindShards(temp_.path()),
                Fails(kInvalid,
                      AllOf(HasSubstr(kWeightsIndexFile), HasSubstr(message))))
        << file;
  }
}

TEST_F(ShardLayoutTest, RefusesAMalformedIndex) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "not valid JSON"},
      {"[]", "no object 'weight_map'"},
      {"{}", "no object 'weight_map'"},
      {R"({"weight_map":[]})", "no object 'weight_map'"},
      {R"({"weight_map":{}})", "lists no tensors"},
      {R"({"weight_map":{"x":1}})", "is not a string"},
      {R"({"weight_map":{"x":"a.safetensors","x":"b.safetensors"}})",
       "duplicate key"},
  };
  for (const auto& [text, message] : kCases) {
    Write(kWeightsIndexFile, text);
    EXPECT_THAT(FindShards(temp_.path()), Fails(kInvalid, HasSubstr(message)))
        << text;
  }
}

TEST_F(ShardLayoutTest, RefusesTwoAnswers) {
  Write("model.safetensors", "");
  WriteIndex({{"x", "1.safetensors"}});
  EXPECT_THAT(FindShards(temp_.path()),
              Fails(kInvalid, HasSubstr("remove the one not meant")));
  WriteIndex({{"x", "model.safetensors"}});
  EXPECT_THAT(FindShards(temp_.path()), IsOk());
}

TEST_F(ShardLayoutTest, RefusesPickleWithTheReason) {
  EXPECT_THAT(FindShards(temp_.path()),
              Fails(absl::StatusCode::kNotFound,
                    HasSubstr("neither model.safetensors nor")));
  Write("pytorch_model-00001-of-00002.bin", "");
  EXPECT_THAT(FindShards(temp_.path()),
              Fails(kInvalid, AllOf(HasSubstr("pytorch_model-00001"),
                                    HasSubstr("unpickling runs code"))));
  // Beside safetensors a pickle is left alone.
  Write("model.safetensors", "");
  EXPECT_THAT(FindShards(temp_.path()), IsOk());
}

class OpenShardTest : public ShardLayoutTest {
 protected:
  absl::StatusOr<SafetensorsReader> Open(const std::string& folder,
                                         const std::string& file) {
    return OpenShard(folder, ValueOf(ResolvePath(folder)), file);
  }
};

TEST_F(OpenShardTest, LinksMustStayInsideTheFolder) {
  ASSERT_THAT(MakeFolders(temp_.Path("model/sub")), IsOk());
  Write("secret.safetensors", RawSafetensors("{}", ""));
  Write("model/sub/real.safetensors", RawSafetensors("{}", ""));
  ASSERT_EQ(symlink("sub/real.safetensors",
                    temp_.Path("model/inside.safetensors").c_str()),
            0);
  ASSERT_EQ(symlink("../secret.safetensors",
                    temp_.Path("model/outside.safetensors").c_str()),
            0);
  ASSERT_EQ(symlink("..", temp_.Path("model/up").c_str()), 0);
  EXPECT_THAT(Open(temp_.Path("model"), "inside.safetensors"), IsOk());
  EXPECT_THAT(Open(temp_.Path("model"), "outside.safetensors"),
              Fails(kInvalid, HasSubstr("link out of the folder")));
  EXPECT_THAT(Open(temp_.Path("model"), "up/secret.safetensors"),
              Fails(kInvalid, HasSubstr("link out of the folder")));
}

TEST_F(OpenShardTest, AHuggingFaceSnapshotMayLinkToItsBlobsOnly) {
  ASSERT_THAT(MakeFolders(temp_.Path("hub/snapshots/rev")), IsOk());
  ASSERT_THAT(MakeFolders(temp_.Path("hub/blobs")), IsOk());
  Write("hub/blobs/abc", RawSafetensors("{}", ""));
  Write("hub/other", RawSafetensors("{}", ""));
  const std::string folder = temp_.Path("hub/snapshots/rev");
  ASSERT_EQ(symlink("../../blobs/abc", (folder + "/a.safetensors").c_str()), 0);
  ASSERT_EQ(symlink("../../other", (folder + "/b.safetensors").c_str()), 0);
  EXPECT_THAT(Open(folder, "a.safetensors"), IsOk());
  EXPECT_THAT(Open(folder, "b.safetensors"),
              Fails(kInvalid, HasSubstr("link out of the folder")));
}

TEST_F(OpenShardTest, AFolderOrNothingIsNoShard) {
  ASSERT_THAT(MakeFolders(temp_.Path("d.safetensors")), IsOk());
  EXPECT_THAT(Open(temp_.path(), "d.safetensors"),
              Fails(kInvalid, HasSubstr("is not a file")));
  EXPECT_THAT(Open(temp_.path(), "absent.safetensors"),
              Fails(absl::StatusCode::kNotFound, HasSubstr("absent")));
}

}  // namespace
}  // namespace decant

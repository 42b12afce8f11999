#include "common/recipe/recipe.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kGood[] = R"(name: demo-1
seed: 7
teacher: {path: teacher}
student: {path: student}
output:
  path: made
  dtype: bfloat16
  max_shard_size: 2GB
steps:
  - method: moe-to-dense
    preset: recommended
    experts: {select: nearest-centroid, count: 64}
    delta: {drop: 0.80}
  - method: moe-to-dense
gates:
  - metric: changed_elements_fraction
    min: 0.01
  - {metric: max_relative_change, max: 2.5}
)";

// A folder with `teacher` and `student` in it; recipes lie beside them.
class RecipeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = JoinPath(
        ::testing::TempDir(),
        absl::StrCat(
            "decant_recipe_",
            ::testing::UnitTest::GetInstance()->current_test_info()->name()));
    ASSERT_TRUE(RemoveAll(folder_).ok());
    ASSERT_TRUE(MakeFolders(JoinPath(folder_, "teacher/inner")).ok());
    ASSERT_TRUE(MakeFolders(JoinPath(folder_, "student")).ok());
    path_ = JoinPath(folder_, "r.yaml");
  }

  Recipe Parsed(const std::string& text,
                const std::vector<std::string>& overrides = {}) {
    const absl::StatusOr<Recipe> recipe = ParseRecipe(text, path_, overrides);
    EXPECT_TRUE(recipe.ok()) << recipe.status();
    return recipe.ok() ? *recipe : Recipe();
  }

  std::string ErrorOf(const std::string& text,
                      const std::vector<std::string>& overrides = {}) {
    const absl::Status status = ParseRecipe(text, path_, overrides).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    return std::string(status.message());
  }

  std::string folder_;
  std::string path_;
};

TEST_F(RecipeTest, ReadsEverything) {
  const Recipe recipe = Parsed(kGood);

  EXPECT_EQ(recipe.name, "demo-1");
  EXPECT_EQ(recipe.path, path_);
  EXPECT_EQ(recipe.text, kGood);
  EXPECT_EQ(recipe.seed, 7);
  EXPECT_EQ(recipe.teacher.path, JoinPath(folder_, "teacher"));
  EXPECT_EQ(recipe.student.path, JoinPath(folder_, "student"));
  EXPECT_EQ(recipe.output.path, JoinPath(folder_, "made"));
  EXPECT_EQ(recipe.output.dtype, DType::kBF16);
  EXPECT_EQ(recipe.output.max_shard_size_bytes, 2'000'000'000);
  ASSERT_EQ(recipe.steps.size(), 2u);
  EXPECT_EQ(recipe.steps[0].method, "moe-to-dense");
  EXPECT_EQ(recipe.steps[0].preset, Preset::kRecommended);
  EXPECT_EQ(recipe.steps[0].params.ToJson(), Json::parse(R"(
      {"experts": {"select": "nearest-centroid", "count": 64},
       "delta": {"drop": 0.8}})"));
  EXPECT_EQ(recipe.steps[0].method_mark.ToString(), path_ + ":10:13");
  EXPECT_EQ(recipe.steps[1].preset, Preset::kPublished);
  EXPECT_TRUE(recipe.steps[1].params.entries().empty());
  ASSERT_EQ(recipe.gates.size(), 2u);
  EXPECT_EQ(recipe.gates[0].min, 0.01);
  EXPECT_EQ(recipe.gates[0].max, std::nullopt);
  EXPECT_EQ(recipe.gates[1].metric, "max_relative_change");
  EXPECT_EQ(recipe.gates[1].max, 2.5);
}

TEST_F(RecipeTest, DefaultsFillWhatIsLeftOut) {
  const Recipe recipe = Parsed(
      "name: x\nteacher: {path: teacher}\nstudent: {path: teacher}\n"
      "output: {path: out}\nsteps: [{method: m}]\n");
  EXPECT_EQ(recipe.seed, 0);
  EXPECT_EQ(recipe.output.dtype, std::nullopt);
  EXPECT_EQ(recipe.output.max_shard_size_bytes, 5'000'000'000);
  EXPECT_TRUE(recipe.gates.empty());
}

TEST_F(RecipeTest, OverridesChangeValuesBeforeValidation) {
  const Recipe recipe =
      Parsed(kGood, {"steps.0.delta.drop=0.5", "teacher.path=teacher/inner",
                     "output.dtype=float32", "steps[1].lora={rank: 8}"});
  EXPECT_EQ(recipe.steps[0].params.ToJson()["delta"]["drop"], 0.5);
  EXPECT_EQ(recipe.steps[1].params.ToJson()["lora"]["rank"], 8);
  EXPECT_EQ(recipe.teacher.path, JoinPath(folder_, "teacher/inner"));
  EXPECT_EQ(recipe.output.dtype, DType::kF32);
  EXPECT_EQ(recipe.text, kGood);
  EXPECT_EQ(recipe.overrides.size(), 4u);
}

// Each case replaces one line or phrase of the good recipe.
struct BadCase {
  const char* from;
  const char* to;
  const char* place;  // "line:column".
  const char* reason;
};

constexpr BadCase kBadCases[] = {
    {"seed: 7", "sede: 7", "2:1",
     "unknown key 'sede' in recipe; did you mean 'seed'?"},
    {"seed: 7", "name: again", "2:1", "duplicate key 'name'"},
    {"seed: 7", "seed: 0x7", "2:7",
     "seed: expected a decimal integer, got '0x7'"},
    {"seed: 7", "seed: 010", "2:7", "got '010'"},
    {"seed: 7", "seed: -1", "2:7", "seed: -1 is out of range"},
    {"seed: 7", "seed: '7'", "2:7", "remove the quotes"},
    {"seed: 7", "seed: 99999999999999999999", "2:7", "decimal integer"},
    {"seed: 7", "seed:", "2:1", "seed: has no value"},
    {"seed: 7", "data: {}", "2:1", "unknown key 'data' in recipe"},
    {"seed: 7", "export: {}", "2:1", "unknown key 'export' in recipe"},
    {"seed: 7", "seed: &s 7", "2:7", "anchors"},
    {"seed: 7", "seed: !!int 7", "2:7", "tags"},
    {"seed: 7", "<<: {a: b}", "2:1", "merge keys"},
    {"name: demo-1", "seeed: 1", "1:1", "missing key 'name' in recipe"},
    {"name: demo-1", "name: 12", "1:7", "put it in quotes"},
    {"name: demo-1", "name: a/b", "1:7", "name: expected 1 to 100 letters"},
    {"name: demo-1", "name: ..", "1:7", "name: expected 1 to 100 letters"},
    {"teacher: {path: teacher}", "teacher: teacher", "3:10",
     "teacher: expected a map, got 'teacher'"},
    {"teacher: {path: teacher}", "teacher: {paht: teacher}", "3:10",
     "missing key 'path' in teacher"},
    {"teacher: {path: teacher}", "teacher: {path: teacher, x: 1}", "3:26",
     "unknown key 'x' in teacher"},
    {"teacher: {path: teacher}", "teacher: {path: nowhere}", "3:17",
     "path: no such folder: "},
    {"teacher: {path: teacher}", "teacher: {path: ''}", "3:17", "is empty"},
    {"teacher: {path: teacher}", "teacher: {path: ~/t}", "3:17",
     "'~' is not expanded"},
    {"student: {path: student}", "# no student", "1:1",
     "missing key 'student' in recipe"},
    {"path: made", "path: teacher", "6:9", "overlaps the teacher folder"},
    {"path: made", "path: student/../student/new", "6:9",
     "overlaps the student folder"},
    {"path: made", "path: .", "6:9", "overlaps the teacher folder"},
    {"dtype: bfloat16", "dtype: bf16", "7:10", "dtype: unknown value 'bf16'; "},
    {"max_shard_size: 2GB", "max_shard_size: 2 GB", "8:19",
     "expected a size such as 5GB"},
    {"max_shard_size: 2GB", "max_shard_size: 0", "8:19", "out of range"},
    {"max_shard_size: 2GB", "max_shard_sise: 2GB", "8:3",
     "unknown key 'max_shard_sise' in output; did you mean 'max_shard_size'?"},
    {"  - method: moe-to-dense\n    preset", "  - preset", "10:5",
     "missing key 'method' in steps[0]"},
    {"preset: recommended", "preset: recomended", "11:13",
     "preset: unknown value 'recomended'; did you mean 'recommended'?"},
    {"preset: recommended", "method: again", "11:5", "duplicate key 'method'"},
    {"{drop: 0.80}", "{drop: 0.80, drop: 0.7}", "13:25",
     "duplicate key 'drop'"},
    {"{drop: 0.80}", "{drop: 0.80", "14:11", "end of map flow not found"},
    {"metric: changed_elements_fraction", "metric: changed_element_fraction",
     "16:13", "did you mean 'changed_elements_fraction'?"},
    {"metric: changed_elements_fraction", "metric: placebo_margin", "16:13",
     "known: changed_elements_fraction, max_relative_change"},
    {"    min: 0.01\n", "", "16:5", "a gate needs min, max or both"},
    {"min: 0.01", "min: 1.5", "17:10", "it must hold that 0 <= min <= 1"},
    {"min: 0.01", "min: none", "17:10", "expected a decimal number"},
    {"min: 0.01", "mim: 0.01", "16:5", "a gate needs min, max or both"},
    {"min: 0.01", "min: 0.5\n    max: 0.4", "17:10", "0.5 is above max 0.4"},
    {"max: 2.5}", "max: 2.5, at: 1}", "18:45", "unknown key 'at' in gates[1]"},
};

TEST_F(RecipeTest, BadRecipesAreRefusedWithPlaceAndReason) {
  for (const BadCase& c : kBadCases) {
    const std::string text = absl::StrReplaceAll(kGood, {{c.from, c.to}});
    ASSERT_NE(text, kGood) << c.from;
    const std::string error = ErrorOf(text);
    EXPECT_THAT(error, StartsWith(absl::StrCat(path_, ":", c.place, ": ")))
        << c.to;
    EXPECT_THAT(error, HasSubstr(c.reason)) << c.to;
    EXPECT_EQ(error.find('\n'), std::string::npos) << c.to;
  }
}

TEST_F(RecipeTest, StepsMustBeANonEmptyListOfMaps) {
  const std::string head =
      "name: x\nteacher: {path: teacher}\nstudent: {path: student}\n"
      "output: {path: out}\n";
  EXPECT_THAT(ErrorOf(head + "steps: []\n"),
              HasSubstr(":5:8: steps: is empty"));
  EXPECT_THAT(ErrorOf(head + "steps: {method: m}\n"),
              HasSubstr(":5:8: steps: expected a list, got a map"));
  EXPECT_THAT(ErrorOf(head + "steps: [m]\n"),
              HasSubstr(":5:9: steps[0]: expected a map, got 'm'"));
  EXPECT_THAT(ErrorOf("- a\n"), HasSubstr(":1:1: recipe: expected a map"));
}

TEST_F(RecipeTest, ErrorsOfOverriddenValuesNameTheOverride) {
  struct Case {
    const char* override_text;
    const char* want;
  };
  const Case kCases[] = {
      {"seed=x", "--set seed=x: seed: expected a decimal integer, got 'x'"},
      {"sead=1", "--set sead=1: unknown key 'sead' in recipe; did you mean"},
      {"output.dtpye=float16",
       "--set output.dtpye=float16: unknown key 'dtpye' in output; did you "
       "mean 'dtype'?"},
      {"teacher.path=gone", "--set teacher.path=gone: path: no such folder"},
      {"output.path=teacher/x",
       "--set output.path=teacher/x: path: the output"},
      {"gates.0.metric=kl", "--set gates.0.metric=kl: metric: unknown value"},
      {"steps.9.x=3", "--set steps.9.x=3: index 9 is out of range"},
  };
  for (const Case& c : kCases) {
    EXPECT_THAT(ErrorOf(kGood, {c.override_text}), StartsWith(c.want));
  }
}

TEST_F(RecipeTest, ReadRecipeNamesAMissingFile) {
  const absl::Status status = ReadRecipe(path_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), EndsWith(path_));

  ASSERT_TRUE(WriteFileAtomically(path_, kGood).ok());
  EXPECT_TRUE(ReadRecipe(path_).ok());
}

TEST_F(RecipeTest, CanonicalFormIgnoresNamesPathsAndSpelling) {
  const Json canonical = CanonicalRecipe(Parsed(kGood));
  const Json respelled = CanonicalRecipe(
      Parsed(absl::StrReplaceAll(kGood, {{"demo-1", "other"},
                                         {"path: made", "path: elsewhere"},
                                         {"drop: 0.80", "drop: 0.8"},
                                         {"2GB", "2000MB"}})));
  EXPECT_EQ(canonical, respelled);
  EXPECT_NE(canonical, CanonicalRecipe(Parsed(kGood, {"seed=8"})));
  EXPECT_NE(canonical,
            CanonicalRecipe(Parsed(kGood, {"steps.0.delta.drop=0.7"})));
  EXPECT_NE(canonical, CanonicalRecipe(Parsed(kGood, {"gates.0.min=0.02"})));
}

}  // namespace
}  // namespace decant

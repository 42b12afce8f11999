#include "common/base/param_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "tests/common/base/status_matchers.h"

namespace decant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParamReaderTest, ReadsEveryType) {
  const Json params = {
      {"i", -3},     {"d", 0.5},     {"whole", 2},     {"b", true},
      {"s", "x"},    {"c", "merge"}, {"ints", {1, 2}}, {"strings", {"a", "b"}},
      {"v", nullptr}};
  ParamReader reader(params, "p");
  EXPECT_EQ(reader.Int("i"), -3);
  EXPECT_EQ(reader.Double("d"), 0.5);
  EXPECT_EQ(reader.Double("whole"), 2.0);
  EXPECT_TRUE(reader.Bool("b"));
  EXPECT_EQ(reader.String("s"), "x");
  EXPECT_EQ(reader.Choice("c", {"keep", "merge"}), "merge");
  EXPECT_THAT(reader.IntList("ints"), ElementsAre(1, 2));
  EXPECT_THAT(reader.StringList("strings"), ElementsAre("a", "b"));
  EXPECT_EQ(reader.Value("v"), Json(nullptr));
  EXPECT_TRUE(reader.Has("i"));
  EXPECT_FALSE(reader.Has("absent"));
  EXPECT_THAT(reader.Finish(), IsOk());
}

TEST(ParamReaderTest, OptionalFieldsFallBackOnlyWhenAbsent) {
  const Json params = {{"i", 7}, {"s", "given"}};
  ParamReader reader(params, "p");
  EXPECT_EQ(reader.OptionalInt("i", 1), 7);
  EXPECT_EQ(reader.OptionalInt("j", 1), 1);
  EXPECT_EQ(reader.OptionalDouble("d", 0.25), 0.25);
  EXPECT_TRUE(reader.OptionalBool("b", true));
  EXPECT_EQ(reader.OptionalString("s", "none"), "given");
  EXPECT_EQ(reader.OptionalString("t", "none"), "none");
  EXPECT_EQ(reader.OptionalValue("v", Json{1, 2}), (Json{1, 2}));
  EXPECT_THAT(reader.Finish(), IsOk());
}

TEST(ParamReaderTest, RefusesWrongTypesAndRanges) {
  struct Case {
    Json value;
    std::function<void(ParamReader&)> read;
    const char* message;
  };
  const auto read_int = [](ParamReader& r) { r.Int("k", {.min = 1}); };
  const auto read_unit = [](ParamReader& r) {
    r.OptionalDouble("k", 0, {.min = 0, .max = 1});
  };
  const Case kCases[] = {
      {1.0, read_int, "p: 'k' must be a 64-bit integer, is a number"},
      {"1", read_int, "must be a 64-bit integer, is a string"},
      {true, read_int, "is true or false"},
      {nullptr, read_int, "is null"},
      {9223372036854775808ULL, read_int, "must be a 64-bit integer"},
      {0, read_int, "'k' is 0; must be at least 1"},
      {1.5, read_unit, "is 1.5; must be from 0 to 1"},
      {-0.5, read_unit, "is -0.5; must be from 0 to 1"},
      {std::nan(""), read_unit, "must be finite"},
      {std::numeric_limits<double>::infinity(),
       [](ParamReader& r) { r.Double("k"); }, "must be finite"},
      {6, [](ParamReader& r) { r.Int("k", {.max = 5}); }, "must be at most 5"},
      {1, [](ParamReader& r) { r.Bool("k"); }, "must be true or false"},
      {1, [](ParamReader& r) { r.String("k"); }, "must be a string"},
      {"mrge",
       [](ParamReader& r) {
         r.Choice("k", {"keep", "merge"});
       },
       "is 'mrge'; did you mean 'merge'?"},
      {{1, 2.5},
       [](ParamReader& r) { r.IntList("k"); },
       "must be a list of 64-bit integers"},
      {Json::array({"a", 1}), [](ParamReader& r) { r.StringList("k"); },
       "must be a list of strings"},
      {Json::object(), [](ParamReader& r) { r.StringList("k"); },
       "must be a list of strings"},
  };
  for (const Case& c : kCases) {
    const Json params = {{"k", c.value}};
    ParamReader reader(params, "p");
    c.read(reader);
    EXPECT_THAT(reader.Finish(), Fails(kInvalid, HasSubstr(c.message)))
        << c.value;
  }
}

TEST(ParamReaderTest, RefusesMissingAndUnknownKeys) {
  const Json params = {{"rnak", 4}};
  ParamReader missing(params, "merge params");
  missing.Int("rank");
  EXPECT_THAT(missing.Finish(),
              Fails(kInvalid, "merge params: 'rank' is missing"));

  ParamReader unknown(params, "merge params");
  unknown.OptionalInt("rank", 8);
  EXPECT_THAT(unknown.Finish(),
              Fails(kInvalid,
                    "merge params: 'rnak' is not known here; did you "
                    "mean 'rank'?"));
}

TEST(ParamReaderTest, TheFirstErrorWinsAndLaterReadsFallBack) {
  const Json params = {{"a", "x"}, {"b", 5}};
  ParamReader reader(params, "p");
  EXPECT_EQ(reader.Int("a"), 0);
  EXPECT_EQ(reader.OptionalInt("b", 9), 9);
  EXPECT_EQ(reader.Int("missing"), 0);
  reader.Fail("b", "is odd");
  EXPECT_THAT(reader.Finish(), Fails(kInvalid, HasSubstr("'a' must be")));
}

TEST(ParamReaderTest, AnOptionalWithAnErrorReturnsItsFallback) {
  const Json params = {{"a", "x"}};
  ParamReader reader(params, "p");
  EXPECT_EQ(reader.OptionalInt("a", 9), 9);
  EXPECT_THAT(reader.Finish(), Fails(kInvalid, HasSubstr("'a' must be")));
}

TEST(ParamReaderTest, CallersAddErrorsOfTheirOwn) {
  const Json params = {{"k", 3}};
  ParamReader reader(params, "p");
  if (reader.Int("k") % 2 != 0) reader.Fail("k", "must be even");
  EXPECT_THAT(reader.Finish(), Fails(kInvalid, "p: 'k' must be even"));
}

TEST(ParamReaderTest, AnythingButAnObjectIsRefusedWithoutACrash) {
  for (const Json& value : {Json(nullptr), Json(3), Json::array({1})}) {
    ParamReader reader(value, "p");
    EXPECT_FALSE(reader.Has("k"));
    reader.Int("k");
    reader.OptionalValue("k", 1);
    EXPECT_THAT(reader.Finish(),
                Fails(kInvalid, HasSubstr("p: must be an object, is ")));
  }
}

}  // namespace
}  // namespace decant

#include "common/unit/unit_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/common/base/status_matchers.h"

namespace decant {
namespace {

using ::testing::HasSubstr;

UnitSpec ExampleSpec() {
  return {.id = "1/merge/layer.03",
          .step = 1,
          .phase = "merge",
          .op = "merge",
          .op_version = 3,
          .params = {{"drop", 0.2}, {"layers", {3, 4}}},
          .inputs = {{"delta.0", "0/project/a", "delta"},
                     {"delta.1", "0/project/b", "delta"}},
          .outputs = {"report", "weights"},
          .sources = {"student", "teacher"},
          .portable = false,
          .cacheable = false,
          .cost = {.bytes_read = 1,
                   .bytes_written = 2,
                   .flops = 1e15,
                   .host_memory_bytes = 4,
                   .device_memory_bytes = 5}};
}

UnitOrder ExampleOrder() {
  return {.job_id = "j-1",
          .spec = ExampleSpec(),
          .epoch = 7,
          .action_key = std::string(64, 'a'),
          .numerics_class = "sm_90",
          .workspace = "/ws",
          .inputs = {{"delta.0", {"d0", 10}}, {"delta.1", {"d1", 11}}},
          .sources = {{"student", {"/s", "f0", {"m0", 12}}},
                      {"teacher", {"/t", "f1", {"m1", 13}}}}};
}

// Through text, as between processes.
Json Sent(const Json& json) {
  return ValueOf(ParseJson(CanonicalJson(json), "sent"));
}

TEST(UnitSpecTest, RoundTrips) {
  const UnitSpec spec = ExampleSpec();
  const UnitSpec back = ValueOf(UnitSpec::FromJson(Sent(spec.ToJson())));
  EXPECT_EQ(back.ToJson(), spec.ToJson());
  EXPECT_EQ(back.id, spec.id);
  EXPECT_EQ(back.step, 1);
  EXPECT_EQ(back.op_version, 3);
  EXPECT_EQ(back.params, spec.params);
  ASSERT_EQ(back.inputs.size(), 2u);
  EXPECT_EQ(back.inputs[1].unit, "0/project/b");
  EXPECT_EQ(back.outputs, spec.outputs);
  EXPECT_EQ(back.sources, spec.sources);
  EXPECT_FALSE(back.cacheable);
  EXPECT_EQ(back.cost.flops, 1e15);
  EXPECT_EQ(back.cost.device_memory_bytes, 5);
}

TEST(UnitSpecTest, AUnitWithoutInputsRoundTrips) {
  const UnitSpec spec = {.id = "0/select/all", .op = "select"};
  EXPECT_EQ(ValueOf(UnitSpec::FromJson(Sent(spec.ToJson()))).ToJson(),
            spec.ToJson());
}

TEST(UnitOrderTest, RoundTrips) {
  const UnitOrder order = ExampleOrder();
  const UnitOrder back = ValueOf(UnitOrder::FromJson(Sent(order.ToJson())));
  EXPECT_EQ(back.ToJson(), order.ToJson());
  EXPECT_EQ(back.epoch, 7);
  EXPECT_EQ(back.inputs, order.inputs);
  EXPECT_EQ(back.sources.at("teacher").manifest, (ArtifactRef{"m1", 13}));
  EXPECT_EQ(back.sources.at("teacher").path, "/t");
}

TEST(UnitResultTest, RoundTrips) {
  const UnitResult result = {.outputs = {{"weights", {"d", 1LL << 40}}},
                             .summary = {{"nmse", 0.5}}};
  const UnitResult back = ValueOf(UnitResult::FromJson(Sent(result.ToJson())));
  EXPECT_EQ(back.outputs, result.outputs);
  EXPECT_EQ(back.summary, result.summary);
}

// Leaving out, adding or retyping any field anywhere is noticed.
void ExpectStrict(const Json& good,
                  const std::function<absl::Status(const Json&)>& parse) {
  ASSERT_THAT(parse(good), IsOk());
  for (const auto& [key, value] : good.items()) {
    Json missing = good;
    missing.erase(key);
    EXPECT_THAT(parse(missing), Fails(kInvalid, HasSubstr(key)));
    Json retyped = good;
    retyped[key] = nullptr;
    EXPECT_FALSE(parse(retyped).ok()) << key;
  }
  Json extra = good;
  extra["surplus"] = 1;
  EXPECT_THAT(parse(extra), Fails(kInvalid, HasSubstr("'surplus'")));
  EXPECT_FALSE(parse(Json::array()).ok());
}

TEST(UnitSpecTest, EveryFieldIsChecked) {
  ExpectStrict(ExampleSpec().ToJson(), [](const Json& json) {
    return UnitSpec::FromJson(json).status();
  });
  ExpectStrict(ExampleSpec().ToJson()["cost"], [](const Json& cost) {
    Json json = ExampleSpec().ToJson();
    json["cost"] = cost;
    return UnitSpec::FromJson(json).status();
  });
  ExpectStrict(ExampleSpec().ToJson()["inputs"][0], [](const Json& input) {
    Json json = ExampleSpec().ToJson();
    json["inputs"][0] = input;
    return UnitSpec::FromJson(json).status();
  });
}

TEST(UnitOrderTest, EveryFieldIsChecked) {
  ExpectStrict(ExampleOrder().ToJson(), [](const Json& json) {
    return UnitOrder::FromJson(json).status();
  });
  ExpectStrict(ExampleOrder().ToJson()["sources"]["teacher"],
               [](const Json& source) {
                 Json json = ExampleOrder().ToJson();
                 json["sources"]["teacher"] = source;
                 return UnitOrder::FromJson(json).status();
               });
  ExpectStrict(ExampleOrder().ToJson()["inputs"]["delta.0"],
               [](const Json& input) {
                 Json json = ExampleOrder().ToJson();
                 json["inputs"]["delta.0"] = input;
                 return UnitOrder::FromJson(json).status();
               });
}

TEST(UnitResultTest, EveryFieldIsChecked) {
  ExpectStrict(UnitResult{}.ToJson(), [](const Json& json) {
    return UnitResult::FromJson(json).status();
  });
}

TEST(UnitSpecTest, RefusesValuesOutOfRangeOrOrder) {
  const std::pair<std::function<void(UnitSpec&)>, const char*> kCases[] = {
      {[](UnitSpec& s) { s.id = ""; }, "'id' is empty"},
      {[](UnitSpec& s) { s.step = -1; }, "'step' is -1"},
      {[](UnitSpec& s) { s.op_version = 0; }, "'op_version' is 0"},
      {[](UnitSpec& s) { s.params = 3; }, "'params' must be an object"},
      {[](UnitSpec& s) { s.cost.bytes_read = -1; }, "'bytes_read' is -1"},
      {[](UnitSpec& s) { s.cost.flops = -1; }, "'flops' is -1"},
      {[](UnitSpec& s) { std::swap(s.inputs[0], s.inputs[1]); },
       "inputs 'delta.1' and 'delta.0' are not in ascending order"},
      {[](UnitSpec& s) { s.inputs[1] = s.inputs[0]; }, "inputs 'delta.0'"},
      {[](UnitSpec& s) {
         s.outputs = {"b", "a"};
       },
       "outputs 'b' and 'a'"},
      {[](UnitSpec& s) {
         s.sources = {"t", "t"};
       },
       "sources 't' and 't'"},
  };
  for (const auto& [change, message] : kCases) {
    UnitSpec spec = ExampleSpec();
    change(spec);
    EXPECT_THAT(UnitSpec::FromJson(spec.ToJson()),
                Fails(kInvalid, HasSubstr(message)));
  }
}

std::string KeyOf(const UnitOrder& order,
                  const std::string& numerics_class = "sm_90") {
  return ActionKey(order.spec, order.inputs, order.sources, numerics_class);
}

TEST(ActionKeyTest, ChangesWithEverythingTheBytesDependOn) {
  const std::function<void(UnitOrder&)> kChanges[] = {
      [](UnitOrder& o) { o.spec.op = "keep"; },
      [](UnitOrder& o) { o.spec.op_version = 4; },
      [](UnitOrder& o) { o.spec.params["drop"] = 0.3; },
      [](UnitOrder& o) { o.spec.params["new"] = 1; },
      [](UnitOrder& o) { o.spec.portable = true; },
      [](UnitOrder& o) { o.inputs["delta.0"].digest = "d9"; },
      [](UnitOrder& o) {
        o.inputs["delta.2"] = {"d2", 1};
      },
      [](UnitOrder& o) { o.inputs.erase("delta.1"); },
      [](UnitOrder& o) { std::swap(o.inputs["delta.0"], o.inputs["delta.1"]); },
      [](UnitOrder& o) { o.sources["teacher"].fingerprint = "f9"; },
      [](UnitOrder& o) { o.sources.erase("student"); },
  };
  std::set<std::string> keys = {KeyOf(ExampleOrder())};
  for (const auto& change : kChanges) {
    UnitOrder order = ExampleOrder();
    change(order);
    keys.insert(KeyOf(order));
  }
  keys.insert(KeyOf(ExampleOrder(), "sm_80"));
  EXPECT_EQ(keys.size(), std::size(kChanges) + 2);
}

TEST(ActionKeyTest, IgnoresPlaceAndCost) {
  const std::function<void(UnitOrder&)> kChanges[] = {
      [](UnitOrder& o) { o.spec.cost = {}; },
      [](UnitOrder& o) { o.spec.id = "other"; },
      [](UnitOrder& o) { o.spec.step = 5; },
      [](UnitOrder& o) { o.spec.phase = "other"; },
      [](UnitOrder& o) { o.spec.inputs[0].unit = "other"; },
      [](UnitOrder& o) { o.job_id = "j-2"; },
      [](UnitOrder& o) { o.epoch = 8; },
      [](UnitOrder& o) { o.workspace = "/elsewhere"; },
      [](UnitOrder& o) { o.sources["teacher"].path = "/elsewhere"; },
      [](UnitOrder& o) { o.sources["teacher"].manifest = {}; },
  };
  for (const auto& change : kChanges) {
    UnitOrder order = ExampleOrder();
    change(order);
    EXPECT_EQ(KeyOf(order), KeyOf(ExampleOrder()));
  }
}

TEST(ActionKeyTest, APortableUnitHasOneKeyInEveryNumericsClass) {
  UnitOrder order = ExampleOrder();
  order.spec.portable = true;
  EXPECT_EQ(KeyOf(order, "sm_90"), KeyOf(order, "cpu-avx2"));
}

// Golden: stored results are found by this text. If it changes, every
// workspace recomputes everything.
TEST(ActionKeyTest, StaysAsItIs) {
  const UnitSpec spec = {.op = "merge", .params = {{"rank", 8}}};
  EXPECT_EQ(ActionKey(spec, {{"a", {"d", 1}}}, {{"t", {"/p", "f", {}}}}, "c"),
            "9528818971bb2b37b7cd1de9fbba170474e0457eaa5536991c2b50869667b05f");
}

}  // namespace
}  // namespace decant

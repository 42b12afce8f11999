#include "common/unit/unit_spec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/param_reader.h"
#include "common/base/status_macros.h"

namespace decant {
namespace {

Json ArtifactToJson(const ArtifactRef& ref) {
  return {{"digest", ref.digest}, {"size_bytes", ref.size_bytes}};
}

absl::StatusOr<ArtifactRef> ArtifactFromJson(const Json& json,
                                             absl::string_view what) {
  ParamReader reader(json, what);
  ArtifactRef ref;
  ref.digest = reader.String("digest");
  ref.size_bytes = reader.Int("size_bytes", {.min = 0});
  RETURN_IF_ERROR(reader.Finish());
  return ref;
}

Json ArtifactsToJson(const std::map<std::string, ArtifactRef>& refs) {
  Json json = Json::object();
  for (const auto& [name, ref] : refs) json[name] = ArtifactToJson(ref);
  return json;
}

absl::StatusOr<std::map<std::string, ArtifactRef>> ArtifactsFromJson(
    const Json& json, absl::string_view what) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": not an object"));
  }
  std::map<std::string, ArtifactRef> refs;
  for (const auto& [name, value] : json.items()) {
    ASSIGN_OR_RETURN(
        refs[name],
        ArtifactFromJson(value, absl::StrCat(what, " '", name, "'")));
  }
  return refs;
}

Json InputsToJson(const std::vector<UnitInput>& inputs) {
  Json json = Json::array();
  for (const UnitInput& input : inputs) {
    json.push_back(
        {{"name", input.name}, {"unit", input.unit}, {"output", input.output}});
  }
  return json;
}

absl::StatusOr<std::vector<UnitInput>> InputsFromJson(const Json& json) {
  if (!json.is_array()) {
    return absl::InvalidArgumentError("unit: 'inputs' must be a list");
  }
  std::vector<UnitInput> inputs;
  for (const Json& value : json) {
    ParamReader reader(value, "unit input");
    UnitInput input;
    input.name = reader.String("name");
    input.unit = reader.String("unit");
    input.output = reader.String("output");
    RETURN_IF_ERROR(reader.Finish());
    inputs.push_back(std::move(input));
  }
  return inputs;
}

Json CostToJson(const UnitCost& cost) {
  return {{"bytes_read", cost.bytes_read},
          {"bytes_written", cost.bytes_written},
          {"flops", cost.flops},
          {"host_memory_bytes", cost.host_memory_bytes},
          {"device_memory_bytes", cost.device_memory_bytes}};
}

absl::StatusOr<UnitCost> CostFromJson(const Json& json) {
  ParamReader reader(json, "unit cost");
  UnitCost cost;
  cost.bytes_read = reader.Int("bytes_read", {.min = 0});
  cost.bytes_written = reader.Int("bytes_written", {.min = 0});
  cost.flops = reader.Double("flops", {.min = 0});
  cost.host_memory_bytes = reader.Int("host_memory_bytes", {.min = 0});
  cost.device_memory_bytes = reader.Int("device_memory_bytes", {.min = 0});
  RETURN_IF_ERROR(reader.Finish());
  return cost;
}

// Sorted and without repetition: one spelling per unit, so that stored units
// can be compared as text.
absl::Status CheckAscending(const std::vector<std::string>& names,
                            absl::string_view what) {
  for (size_t i = 1; i < names.size(); ++i) {
    if (names[i - 1] < names[i]) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("unit: ", what, " '", names[i - 1], "' and '", names[i],
                     "' are not in ascending order"));
  }
  return absl::OkStatus();
}

absl::Status CheckOrder(const UnitSpec& spec) {
  std::vector<std::string> input_names;
  for (const UnitInput& input : spec.inputs) input_names.push_back(input.name);
  RETURN_IF_ERROR(CheckAscending(input_names, "inputs"));
  RETURN_IF_ERROR(CheckAscending(spec.outputs, "outputs"));
  return CheckAscending(spec.sources, "sources");
}

Json SourceToJson(const SourceRef& source) {
  return {{"path", source.path},
          {"fingerprint", source.fingerprint},
          {"manifest", ArtifactToJson(source.manifest)}};
}

absl::StatusOr<SourceRef> SourceFromJson(const Json& json,
                                         absl::string_view what) {
  ParamReader reader(json, what);
  SourceRef source;
  source.path = reader.String("path");
  source.fingerprint = reader.String("fingerprint");
  const Json manifest = reader.Value("manifest");
  RETURN_IF_ERROR(reader.Finish());
  ASSIGN_OR_RETURN(source.manifest,
                   ArtifactFromJson(manifest, absl::StrCat(what, " manifest")));
  return source;
}

}  // namespace

Json UnitSpec::ToJson() const {
  return {{"id", id},
          {"step", step},
          {"phase", phase},
          {"op", op},
          {"op_version", op_version},
          {"params", params},
          {"inputs", InputsToJson(inputs)},
          {"outputs", outputs},
          {"sources", sources},
          {"portable", portable},
          {"cacheable", cacheable},
          {"cost", CostToJson(cost)}};
}

absl::StatusOr<UnitSpec> UnitSpec::FromJson(const Json& json) {
  ParamReader reader(json, "unit");
  UnitSpec spec;
  spec.id = reader.String("id");
  spec.step = reader.Int("step", {.min = 0});
  spec.phase = reader.String("phase");
  spec.op = reader.String("op");
  spec.op_version = reader.Int("op_version", {.min = 1});
  spec.params = reader.Value("params");
  const Json inputs = reader.Value("inputs");
  spec.outputs = reader.StringList("outputs");
  spec.sources = reader.StringList("sources");
  spec.portable = reader.Bool("portable");
  spec.cacheable = reader.Bool("cacheable");
  const Json cost = reader.Value("cost");
  if (spec.id.empty()) reader.Fail("id", "is empty");
  if (!spec.params.is_object()) reader.Fail("params", "must be an object");
  RETURN_IF_ERROR(reader.Finish());
  ASSIGN_OR_RETURN(spec.inputs, InputsFromJson(inputs));
  ASSIGN_OR_RETURN(spec.cost, CostFromJson(cost));
  RETURN_IF_ERROR(CheckOrder(spec));
  return spec;
}

Json UnitOrder::ToJson() const {
  Json sources_json = Json::object();
  for (const auto& [name, source] : sources) {
    sources_json[name] = SourceToJson(source);
  }
  return {{"job_id", job_id},
          {"spec", spec.ToJson()},
          {"epoch", epoch},
          {"action_key", action_key},
          {"numerics_class", numerics_class},
          {"workspace", workspace},
          {"inputs", ArtifactsToJson(inputs)},
          {"sources", std::move(sources_json)}};
}

absl::StatusOr<UnitOrder> UnitOrder::FromJson(const Json& json) {
  ParamReader reader(json, "unit order");
  UnitOrder order;
  order.job_id = reader.String("job_id");
  const Json spec = reader.Value("spec");
  order.epoch = reader.Int("epoch", {.min = 0});
  order.action_key = reader.String("action_key");
  order.numerics_class = reader.String("numerics_class");
  order.workspace = reader.String("workspace");
  const Json inputs = reader.Value("inputs");
  const Json sources = reader.Value("sources");
  if (!sources.is_object()) reader.Fail("sources", "must be an object");
  RETURN_IF_ERROR(reader.Finish());
  ASSIGN_OR_RETURN(order.spec, UnitSpec::FromJson(spec));
  ASSIGN_OR_RETURN(order.inputs, ArtifactsFromJson(inputs, "unit order input"));
  for (const auto& [name, value] : sources.items()) {
    ASSIGN_OR_RETURN(
        order.sources[name],
        SourceFromJson(value, absl::StrCat("unit order source '", name, "'")));
  }
  return order;
}

Json UnitResult::ToJson() const {
  return {{"outputs", ArtifactsToJson(outputs)}, {"summary", summary}};
}

absl::StatusOr<UnitResult> UnitResult::FromJson(const Json& json) {
  ParamReader reader(json, "unit result");
  UnitResult result;
  const Json outputs = reader.Value("outputs");
  result.summary = reader.Value("summary");
  if (!result.summary.is_object()) {
    reader.Fail("summary", "must be an object");
  }
  RETURN_IF_ERROR(reader.Finish());
  ASSIGN_OR_RETURN(result.outputs,
                   ArtifactsFromJson(outputs, "unit result output"));
  return result;
}

std::string ActionKey(const UnitSpec& spec,
                      const std::map<std::string, ArtifactRef>& inputs,
                      const std::map<std::string, SourceRef>& sources,
                      const std::string& numerics_class) {
  Json input_digests = Json::object();
  for (const auto& [name, ref] : inputs) input_digests[name] = ref.digest;
  Json fingerprints = Json::object();
  for (const auto& [name, source] : sources) {
    fingerprints[name] = source.fingerprint;
  }
  return Sha256Hex(
      CanonicalJson({{"op", spec.op},
                     {"op_version", spec.op_version},
                     {"params", spec.params},
                     {"inputs", std::move(input_digests)},
                     {"sources", std::move(fingerprints)},
                     {"numerics", spec.portable ? "any" : numerics_class}}));
}

}  // namespace decant

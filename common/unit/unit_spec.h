// The unit: what a planner produces, the store remembers, a lease hands out
// and a runner executes. Plain data with a strict JSON codec, because the
// runner links no Protobuf.
#ifndef DECANT_COMMON_UNIT_UNIT_SPEC_H_
#define DECANT_COMMON_UNIT_UNIT_SPEC_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/artifact/artifact_store.h"
#include "common/base/json.h"

namespace decant {

// Input `name` of a unit is output `output` of unit `unit` of the same job.
struct UnitInput {
  std::string name;
  std::string unit;
  std::string output;
};

// Predicted from shapes alone; never enters the action key.
struct UnitCost {
  int64_t bytes_read = 0;
  int64_t bytes_written = 0;
  double flops = 0;
  int64_t host_memory_bytes = 0;
  int64_t device_memory_bytes = 0;
};

struct UnitSpec {
  std::string id;     // Unique in the job: "1/merge/layer.03.mlp.gate_proj".
  int64_t step = 0;   // Index into the recipe's steps; seal is past the last.
  std::string phase;  // "fingerprint", "select", "project", "merge", ...
  std::string op;     // Name in the op registry.
  int64_t op_version = 1;
  Json params = Json::object();      // Of the op, see common/ops/.
  std::vector<UnitInput> inputs;     // Sorted by name.
  std::vector<std::string> outputs;  // Names, sorted.
  std::vector<std::string> sources;  // Checkpoint names ("teacher"), sorted.
  bool portable = false;             // Same bytes in every numerics class.
  // False for units whose effect is not in the workspace (seal): a known
  // result never stands in for running them.
  bool cacheable = true;
  UnitCost cost;

  Json ToJson() const;
  static absl::StatusOr<UnitSpec> FromJson(const Json& json);
};

// A checkpoint as a job knows it. `manifest` is an artifact holding the JSON
// of SourceManifest; `fingerprint` is that manifest's digest.
struct SourceRef {
  std::string path;
  std::string fingerprint;
  ArtifactRef manifest;
};

// Everything a runner needs to execute one attempt.
struct UnitOrder {
  std::string job_id;
  UnitSpec spec;
  int64_t epoch = 0;
  std::string action_key;
  std::string numerics_class;
  std::string workspace;
  std::map<std::string, ArtifactRef> inputs;  // By input name.
  std::map<std::string, SourceRef> sources;   // By checkpoint name.

  Json ToJson() const;
  static absl::StatusOr<UnitOrder> FromJson(const Json& json);
};

// What an attempt produced. `summary` is small JSON for people and gates.
struct UnitResult {
  std::map<std::string, ArtifactRef> outputs;  // By output name.
  Json summary = Json::object();

  Json ToJson() const;
  static absl::StatusOr<UnitResult> FromJson(const Json& json);
};

// SHA-256 over op, version, canonical params, input digests, source
// fingerprints and the numerics class ("any" for portable units). Equal keys
// mean equal output bytes.
std::string ActionKey(const UnitSpec& spec,
                      const std::map<std::string, ArtifactRef>& inputs,
                      const std::map<std::string, SourceRef>& sources,
                      const std::string& numerics_class);

}  // namespace decant

#endif  // DECANT_COMMON_UNIT_UNIT_SPEC_H_

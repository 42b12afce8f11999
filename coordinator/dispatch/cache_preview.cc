#include "coordinator/dispatch/cache_preview.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace decant {
namespace {

using Results = std::map<std::string, UnitResult>;

// Inputs of a unit whose producers are all known; nullopt otherwise.
std::optional<std::map<std::string, ArtifactRef>> KnownInputs(
    const UnitSpec& spec, const Results& known) {
  std::map<std::string, ArtifactRef> inputs;
  for (const UnitInput& input : spec.inputs) {
    const auto producer = known.find(input.unit);
    if (producer == known.end()) return std::nullopt;
    const auto output = producer->second.outputs.find(input.output);
    if (output == producer->second.outputs.end()) return std::nullopt;
    inputs[input.name] = output->second;
  }
  return inputs;
}

std::map<std::string, SourceRef> SourcesOf(const JobPlan& plan,
                                           const UnitSpec& spec) {
  std::map<std::string, SourceRef> sources;
  for (const std::string& name : spec.sources) {
    const auto source = plan.sources.find(name);
    if (source != plan.sources.end()) sources[name] = source->second;
  }
  return sources;
}

}  // namespace

std::set<std::string> PreviewCacheHits(const JobPlan& plan,
                                       const std::string& numerics_class,
                                       JobFiles& files) {
  Results known;
  std::vector<const UnitSpec*> open;
  for (const UnitSpec& spec : plan.units) {
    if (spec.cacheable) open.push_back(&spec);
  }
  while (!open.empty()) {
    std::vector<const UnitSpec*> wave;
    std::vector<const UnitSpec*> later;
    std::vector<std::string> keys;
    for (const UnitSpec* spec : open) {
      const auto inputs = KnownInputs(*spec, known);
      if (!inputs.has_value()) {
        later.push_back(spec);
        continue;
      }
      wave.push_back(spec);
      keys.push_back(
          ActionKey(*spec, *inputs, SourcesOf(plan, *spec), numerics_class));
    }
    auto results = files.FindResults(keys);
    const size_t num_known = known.size();
    for (size_t i = 0; i < wave.size() && i < results.size(); ++i) {
      if (results[i].has_value()) known[wave[i]->id] = *std::move(results[i]);
    }
    if (known.size() == num_known) break;
    open = std::move(later);
  }
  std::set<std::string> ids;
  for (const auto& [id, result] : known) ids.insert(id);
  return ids;
}

}  // namespace decant

// Strict reading of a YAML map into typed fields: every key must be known,
// every value of the right type and range, and one error names the first
// offence with its place in the file.
#ifndef DECANT_COMMON_RECIPE_YAML_MAP_READER_H_
#define DECANT_COMMON_RECIPE_YAML_MAP_READER_H_

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/recipe/yaml_node.h"

namespace decant {

// Outside the reader, so that `= {}` can be a default argument inside it.
struct YamlIntRange {
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
};
struct YamlDoubleRange {
  double min = -std::numeric_limits<double>::infinity();
  double above = -std::numeric_limits<double>::infinity();  // Open.
  double max = std::numeric_limits<double>::infinity();
  double below = std::numeric_limits<double>::infinity();  // Open.
};

// Reads each field once, then call Finish(). After a first error, further
// reads return the fallback and change nothing. Not thread-safe.
//
//   YamlMapReader reader(node, "delta");
//   drop = reader.OptionalDouble("drop", 0.8, {.min = 0, .below = 1});
//   if (const YamlNode* lora = reader.OptionalMap("lora")) {
//     reader.Adopt(ParseLora(*lora, &options.lora));
//   }
//   RETURN_IF_ERROR(reader.Finish());
class YamlMapReader {
 public:
  using IntRange = YamlIntRange;
  using DoubleRange = YamlDoubleRange;

  // `map` must outlive the reader; a node that is no map is the first error.
  // `what` names the map in errors ("delta", "recipe").
  YamlMapReader(const YamlNode& map, absl::string_view what);

  // Whether the key is there. Does not count as reading it.
  bool Has(absl::string_view key) const;

  int64_t Int(absl::string_view key, IntRange range = {});
  double Double(absl::string_view key, DoubleRange range = {});
  bool Bool(absl::string_view key);
  std::string String(absl::string_view key);
  // One of `allowed`; the error suggests the nearest.
  std::string Choice(absl::string_view key,
                     const std::vector<std::string>& allowed);
  // An integer that may carry a suffix: 5GB, 200k.
  int64_t Size(absl::string_view key, IntRange range = {});
  std::vector<int64_t> IntList(absl::string_view key, IntRange range = {});
  std::vector<std::string> StringList(absl::string_view key);
  // A nested map or list; null after an error. Owned by the map.
  const YamlNode* Map(absl::string_view key);
  const YamlNode* List(absl::string_view key);

  int64_t OptionalInt(absl::string_view key, int64_t fallback,
                      IntRange range = {});
  double OptionalDouble(absl::string_view key, double fallback,
                        DoubleRange range = {});
  bool OptionalBool(absl::string_view key, bool fallback);
  std::string OptionalString(absl::string_view key, absl::string_view fallback);
  std::string OptionalChoice(absl::string_view key, absl::string_view fallback,
                             const std::vector<std::string>& allowed);
  int64_t OptionalSize(absl::string_view key, int64_t fallback,
                       IntRange range = {});
  // Null when absent.
  const YamlNode* OptionalMap(absl::string_view key);
  const YamlNode* OptionalList(absl::string_view key);

  // Where the value of `key` stands, or the map itself when it is absent.
  const YamlMark& MarkOf(absl::string_view key) const;

  // Marks a key as known without reading it.
  void Ignore(absl::string_view key);
  // Records an error of the caller's own about the value of `key`.
  void Fail(absl::string_view key, absl::string_view reason);
  // Records the error of a nested reader; OK is ignored.
  void Adopt(const absl::Status& status);

  bool ok() const { return status_.ok(); }

  // InvalidArgument "<file>:<line>:<column>: <reason>": the first offence in
  // reading order, or else the first key never asked for, with the nearest
  // known key.
  absl::Status Finish();

 private:
  // Notes that `key` is known; whether there is a value to read.
  bool Want(absl::string_view key);
  // Null after an error; a null value is one.
  const YamlNode* Find(absl::string_view key, bool required);
  const YamlNode* FindKind(absl::string_view key, YamlNode::Kind kind,
                           bool required);
  // A required scalar without quotes.
  const YamlNode* FindPlain(absl::string_view key, absl::string_view expected);
  bool CheckString(absl::string_view key, const YamlNode& node);
  bool InRange(absl::string_view key, int64_t value, IntRange range);
  void FailAt(const YamlMark& mark, absl::string_view key,
              absl::string_view reason);

  const YamlNode& map_;
  const std::string what_;
  std::set<std::string> asked_;
  absl::Status status_;
};

}  // namespace decant

#endif  // DECANT_COMMON_RECIPE_YAML_MAP_READER_H_

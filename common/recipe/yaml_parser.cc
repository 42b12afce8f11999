#include "common/recipe/yaml_parser.h"

#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/recipe/yaml_text.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/mark.h"
#include "yaml-cpp/parser.h"

namespace decant {
namespace {

// The tags yaml-cpp gives to values that carry none in the text.
constexpr char kPlainTag[] = "?";
constexpr char kQuotedTag[] = "!";

constexpr char kMergeKey[] = "<<";
constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

struct Source {
  absl::string_view text;
  std::string name;
  bool has_lines;  // Else marks carry the name alone.

  YamlMark MarkAt(const YAML::Mark& mark) const {
    if (!has_lines || mark.is_null()) return {name, 0, 0};
    return {name, mark.line + 1, mark.column + 1};
  }
};

// Builds the tree from parser events. Events rather than YAML::Node, because
// nodes have already dropped duplicate keys, anchors and tags. After a first
// error the rest of the events pass unseen; nothing here throws.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const Source& source) : source_(source) {}

  const absl::Status& status() const { return status_; }
  YamlMark document_mark() const { return document_mark_; }
  YamlNode TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    document_mark_ = source_.MarkAt(mark);
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!Admit(mark, kPlainTag, anchor)) return;
    if (AwaitsKey()) return Fail(mark, "a key is missing here");
    Attach(YamlNode::Null(NullMark(mark)));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Fail(mark, "aliases (*name) are not allowed; write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor, const std::string& text) override {
    if (!Admit(mark, tag, anchor)) return;
    if (tag == kQuotedTag && IsCutOff(mark)) {
      return Fail(mark, "this quote is never closed");
    }
    if (AwaitsKey()) return TakeKey(mark, tag, text);
    Attach(YamlNode::Scalar(source_.MarkAt(mark), text, tag == kQuotedTag));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::List(source_.MarkAt(mark)));
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag,
                  YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Map(source_.MarkAt(mark)));
  }
  void OnMapEnd() override { Close(); }

 private:
  // A list or map that is still being read.
  struct Level {
    YamlNode node;
    std::optional<std::string> key;  // Of a map, once read.
    YamlMark key_mark;
  };

  void Fail(const YAML::Mark& mark, absl::string_view reason) {
    if (status_.ok()) status_ = YamlError(source_.MarkAt(mark), reason);
  }

  // False after an error, or if the value carries what we do not accept.
  bool Admit(const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    if (anchor != 0) {
      Fail(mark, "anchors (&name) are not allowed; write the value out");
    } else if (!tag.empty() && tag != kPlainTag && tag != kQuotedTag) {
      Fail(mark, absl::StrCat("tags (", tag, ") are not allowed"));
    }
    return status_.ok();
  }

  // yaml-cpp ends an open quote at the end of the file without a word, so that
  // all the rest of a recipe could vanish into one string.
  bool IsCutOff(const YAML::Mark& mark) const {
    const size_t offset = static_cast<size_t>(mark.pos);
    if (mark.pos < 0 || offset >= source_.text.size()) return false;
    const char first = source_.text[offset];
    return (first == '\'' || first == '"') &&
           !IsQuoteClosed(source_.text, offset);
  }

  bool AwaitsKey() const {
    return !levels_.empty() && levels_.back().node.is_map() &&
           !levels_.back().key.has_value();
  }

  void TakeKey(const YAML::Mark& mark, const std::string& tag,
               const std::string& text) {
    Level& level = levels_.back();
    if (text == kMergeKey && tag == kPlainTag) {
      return Fail(mark, "merge keys (<<) are not allowed; write the keys out");
    }
    for (const YamlNode::Entry& entry : level.node.entries()) {
      if (entry.key != text) continue;
      return Fail(mark, absl::StrCat("duplicate key '", text, "'; first at ",
                                     entry.key_mark.ToString()));
    }
    if (level.node.entries().size() >= kMaxYamlKeys) {
      return Fail(mark,
                  absl::StrCat("more than ", kMaxYamlKeys, " keys in one map"));
    }
    level.key = text;
    level.key_mark = source_.MarkAt(mark);
  }

  // yaml-cpp places a missing value wherever it noticed; people look for it
  // at its key.
  YamlMark NullMark(const YAML::Mark& mark) const {
    if (!levels_.empty() && levels_.back().node.is_map()) {
      return levels_.back().key_mark;
    }
    return source_.MarkAt(mark);
  }

  void Open(const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor, YamlNode node) {
    if (!Admit(mark, tag, anchor)) return;
    if (AwaitsKey()) return Fail(mark, "a key must be a single word");
    if (levels_.size() >= static_cast<size_t>(kMaxYamlDepth)) {
      return Fail(mark, absl::StrCat("nested more than ", kMaxYamlDepth,
                                     " levels deep"));
    }
    levels_.push_back({std::move(node), std::nullopt, {}});
  }

  void Close() {
    if (!status_.ok()) return;
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    Attach(std::move(node));
  }

  void Attach(YamlNode value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& level = levels_.back();
    if (level.node.is_list()) {
      level.node.mutable_elements().push_back(std::move(value));
      return;
    }
    level.node.Set(*level.key, level.key_mark, std::move(value));
    level.key.reset();
  }

  const Source& source_;
  YamlNode root_;
  YamlMark document_mark_;
  std::vector<Level> levels_;
  absl::Status status_;
};

absl::Status CheckText(const Source& source) {
  const absl::string_view text = source.text;
  if (text.size() > kMaxYamlBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(source.name, ": ", text.size(), " bytes; at most ",
                     kMaxYamlBytes, " are read"));
  }
  const std::optional<TextFault> fault = FindTextFault(text);
  if (!fault.has_value()) return absl::OkStatus();

  YAML::Mark mark;
  for (const char c : text.substr(0, fault->offset)) {
    ++mark.column;
    if (c != '\n') continue;
    ++mark.line;
    mark.column = 0;
  }
  return YamlError(source.MarkAt(mark), fault->reason);
}

// Feeds one document to `builder`; false when there is none left.
absl::StatusOr<bool> HandleDocument(YAML::Parser& parser, const Source& source,
                                    TreeBuilder& builder) {
  bool is_there = false;
  try {
    is_there = parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    // Our own refusal comes first: what follows it may confuse the parser.
    if (!builder.status().ok()) return builder.status();
    return YamlError(source.MarkAt(error.mark), error.msg);
  } catch (const std::exception& error) {
    return YamlError({source.name, 0, 0}, error.what());
  }
  if (!builder.status().ok()) return builder.status();
  return is_there;
}

absl::StatusOr<YamlNode> Parse(const Source& source) {
  RETURN_IF_ERROR(CheckText(source));
  std::istringstream stream{std::string(source.text)};
  YAML::Parser parser(stream);

  TreeBuilder builder(source);
  ASSIGN_OR_RETURN(const bool has_document,
                   HandleDocument(parser, source, builder));
  YamlNode root = builder.TakeRoot();
  if (!has_document || root.is_null()) {
    return absl::InvalidArgumentError(
        absl::StrCat(source.name, ": empty; expected a value"));
  }
  TreeBuilder rest(source);
  ASSIGN_OR_RETURN(const bool has_second, HandleDocument(parser, source, rest));
  if (has_second) {
    return YamlError(rest.document_mark(),
                     "a second document begins here; expected only one");
  }
  return root;
}

}  // namespace

absl::StatusOr<YamlNode> ParseYaml(absl::string_view text,
                                   absl::string_view source) {
  // Without the mark, the parser's offsets are offsets into the text.
  return Parse({absl::StripPrefix(text, kByteOrderMark), std::string(source),
                /*has_lines=*/true});
}

absl::StatusOr<YamlNode> ParseYamlValue(absl::string_view text,
                                        absl::string_view source) {
  return Parse({text, std::string(source), /*has_lines=*/false});
}

}  // namespace decant

#include "cli/message_json.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace decant {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr absl::string_view kJsonSuffix = "_json";

// "JOB_STATE_" for JobState.
std::string ValuePrefix(const std::string& enum_name) {
  std::string prefix;
  for (const char c : enum_name) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) {
      prefix += '_';
    }
    prefix += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return prefix + "_";
}

// The value of a singular field, or element `index` of a repeated one.
Json FieldToJson(const Message& message, const FieldDescriptor& field,
                 int index) {
  const Reflection& r = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return many ? r.GetRepeatedInt32(message, &field, index)
                  : r.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return many ? r.GetRepeatedInt64(message, &field, index)
                  : r.GetInt64(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return many ? r.GetRepeatedUInt32(message, &field, index)
                  : r.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return many ? r.GetRepeatedUInt64(message, &field, index)
                  : r.GetUInt64(message, &field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return many ? r.GetRepeatedDouble(message, &field, index)
                  : r.GetDouble(message, &field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return many ? r.GetRepeatedFloat(message, &field, index)
                  : r.GetFloat(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return many ? r.GetRepeatedBool(message, &field, index)
                  : r.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? r.GetRepeatedString(message, &field, index)
                  : r.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWord(many ? *r.GetRepeatedEnum(message, &field, index)
                           : *r.GetEnum(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(many ? r.GetRepeatedMessage(message, &field, index)
                                : r.GetMessage(message, &field));
  }
  return nullptr;
}

Json ListToJson(const Message& message, const FieldDescriptor& field) {
  Json list = Json::array();
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) {
    list.push_back(FieldToJson(message, field, i));
  }
  return list;
}

// What a "_json" field spells; null when it is empty or not JSON.
Json Embedded(const Json& text) {
  const absl::StatusOr<Json> parsed = ParseJson(text.get<std::string>(), "");
  return parsed.ok() ? *parsed : Json(nullptr);
}

}  // namespace

std::string EnumWord(const google::protobuf::EnumValueDescriptor& value) {
  const std::string prefix = ValuePrefix(value.type()->name());
  const std::string name = value.name();
  const bool has_prefix = name.compare(0, prefix.size(), prefix) == 0;
  return absl::AsciiStrToLower(has_prefix ? name.substr(prefix.size()) : name);
}

Json MessageToJson(const Message& message) {
  Json json = Json::object();
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string& name = field.name();
    if (field.is_repeated()) {
      json[name] = ListToJson(message, field);
    } else if (absl::EndsWith(name, kJsonSuffix)) {
      json[name.substr(0, name.size() - kJsonSuffix.size())] =
          Embedded(FieldToJson(message, field, 0));
    } else {
      json[name] = FieldToJson(message, field, 0);
    }
  }
  return json;
}

}  // namespace decant

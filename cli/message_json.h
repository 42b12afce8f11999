// Protobuf messages as the JSON that `-o json` prints.
#ifndef DECANT_CLI_MESSAGE_JSON_H_
#define DECANT_CLI_MESSAGE_JSON_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/message.h>

#include <string>

#include "common/base/json.h"

namespace decant {

// Every field is there, set or not, under its own name. Unlike Protobuf's
// JSON, 64-bit integers are numbers and enums are short lower-case words. A
// string field "x_json" becomes a member "x" with the value it spells.
Json MessageToJson(const google::protobuf::Message& message);

// "running" for JOB_STATE_RUNNING of enum JobState.
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value);

// EnumWord of a value; "unspecified" for one this build does not know.
template <typename E>
std::string EnumWordOf(E value) {
  const auto* found =
      google::protobuf::GetEnumDescriptor<E>()->FindValueByNumber(value);
  return found == nullptr ? "unspecified" : EnumWord(*found);
}

}  // namespace decant

#endif  // DECANT_CLI_MESSAGE_JSON_H_

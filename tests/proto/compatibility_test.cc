// Released peers must understand each other: nothing that decant_v1.binpb
// names may be removed, renumbered or retyped. After adding fields, store the
// new descriptors, from the repository's root, with
//   protoc -I proto --include_imports
//       --descriptor_set_out=tests/proto/decant_v1.binpb
//       proto/decant/v1/unit.proto proto/decant/v1/worker.proto
//       proto/decant/v1/job.proto
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "decant/v1/job.pb.h"
#include "decant/v1/worker.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using google::protobuf::ServiceDescriptor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Breaks = std::vector<std::string>;

std::string TypeOf(const FieldDescriptor& field) {
  std::string type =
      absl::StrCat(field.is_repeated() ? "repeated " : "", field.type_name());
  if (field.message_type() != nullptr) {
    absl::StrAppend(&type, " ", field.message_type()->full_name());
  }
  if (field.enum_type() != nullptr) {
    absl::StrAppend(&type, " ", field.enum_type()->full_name());
  }
  return type;
}

void CompareEnum(const EnumDescriptor& stored, const DescriptorPool& current,
                 Breaks& breaks) {
  const EnumDescriptor* now = current.FindEnumTypeByName(stored.full_name());
  for (int i = 0; i < stored.value_count(); ++i) {
    const auto* value = stored.value(i);
    const auto* found =
        now == nullptr ? nullptr : now->FindValueByNumber(value->number());
    if (found == nullptr || found->name() != value->name()) {
      breaks.push_back(
          absl::StrCat(value->full_name(), " = ", value->number(), " is gone"));
    }
  }
}

void CompareField(const FieldDescriptor& stored, const Descriptor& current,
                  Breaks& breaks) {
  const FieldDescriptor* now = current.FindFieldByNumber(stored.number());
  if (now == nullptr || now->name() != stored.name()) {
    breaks.push_back(
        absl::StrCat(stored.full_name(), " = ", stored.number(), " is gone"));
  } else if (TypeOf(*now) != TypeOf(stored)) {
    breaks.push_back(absl::StrCat(stored.full_name(), " was ", TypeOf(stored),
                                  ", is ", TypeOf(*now)));
  }
}

void CompareMessage(const Descriptor& stored, const DescriptorPool& current,
                    Breaks& breaks) {
  const Descriptor* now = current.FindMessageTypeByName(stored.full_name());
  if (now == nullptr) {
    breaks.push_back(absl::StrCat(stored.full_name(), " is gone"));
    return;
  }
  for (int i = 0; i < stored.field_count(); ++i) {
    CompareField(*stored.field(i), *now, breaks);
  }
  for (int i = 0; i < stored.enum_type_count(); ++i) {
    CompareEnum(*stored.enum_type(i), current, breaks);
  }
  for (int i = 0; i < stored.nested_type_count(); ++i) {
    CompareMessage(*stored.nested_type(i), current, breaks);
  }
}

void CompareService(const ServiceDescriptor& stored,
                    const DescriptorPool& current, Breaks& breaks) {
  const ServiceDescriptor* now = current.FindServiceByName(stored.full_name());
  for (int i = 0; i < stored.method_count(); ++i) {
    const auto* method = stored.method(i);
    const auto* found =
        now == nullptr ? nullptr : now->FindMethodByName(method->name());
    if (found == nullptr ||
        found->input_type()->full_name() != method->input_type()->full_name() ||
        found->output_type()->full_name() !=
            method->output_type()->full_name()) {
      breaks.push_back(absl::StrCat(method->full_name(), " is gone"));
    }
  }
}

// What a peer built from `stored` would miss in `current`.
Breaks Compare(const FileDescriptorSet& stored, const DescriptorPool& current) {
  DescriptorPool pool;
  Breaks breaks;
  for (const FileDescriptorProto& proto : stored.file()) {
    const FileDescriptor* file = pool.BuildFile(proto);
    if (file == nullptr) return {absl::StrCat(proto.name(), ": malformed")};
    for (int i = 0; i < file->message_type_count(); ++i) {
      CompareMessage(*file->message_type(i), current, breaks);
    }
    for (int i = 0; i < file->enum_type_count(); ++i) {
      CompareEnum(*file->enum_type(i), current, breaks);
    }
    for (int i = 0; i < file->service_count(); ++i) {
      CompareService(*file->service(i), current, breaks);
    }
  }
  return breaks;
}

FileDescriptorSet StoredDescriptors() {
  const auto bytes =
      ReadFile(JoinPath(DECANT_SOURCE_DIR, "tests/proto/decant_v1.binpb"));
  FileDescriptorSet stored;
  EXPECT_TRUE(bytes.ok() && stored.ParseFromString(*bytes));
  return stored;
}

// One file with one message, enum and service; what a test changes of it.
FileDescriptorProto SmallFile() {
  FileDescriptorProto file;
  file.set_name("small.proto");
  file.set_package("p");
  file.set_syntax("proto3");
  auto* message = file.add_message_type();
  message->set_name("M");
  auto* field = message->add_field();
  field->set_name("f");
  field->set_number(1);
  field->set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
  field->set_type(google::protobuf::FieldDescriptorProto::TYPE_INT64);
  auto* enumeration = file.add_enum_type();
  enumeration->set_name("E");
  auto* value = enumeration->add_value();
  value->set_name("E_ZERO");
  value->set_number(0);
  auto* service = file.add_service();
  service->set_name("S");
  auto* method = service->add_method();
  method->set_name("Do");
  method->set_input_type(".p.M");
  method->set_output_type(".p.M");
  return file;
}

Breaks CompareSmall(const FileDescriptorProto& current) {
  FileDescriptorSet stored;
  *stored.add_file() = SmallFile();
  DescriptorPool pool;
  EXPECT_NE(pool.BuildFile(current), nullptr);
  return Compare(stored, pool);
}

TEST(CompatibilityTest, NothingReleasedHasChanged) {
  // Linked in, and so in the generated pool, by these two.
  ASSERT_NE(v1::Job::descriptor(), nullptr);
  ASSERT_NE(v1::SyncRequest::descriptor(), nullptr);
  const FileDescriptorSet stored = StoredDescriptors();
  ASSERT_EQ(stored.file_size(), 3);

  EXPECT_THAT(Compare(stored, *DescriptorPool::generated_pool()), IsEmpty());
}

TEST(CompatibilityTest, AdditionsAreFine) {
  FileDescriptorProto file = SmallFile();
  auto* field = file.mutable_message_type(0)->add_field();
  *field = file.message_type(0).field(0);
  field->set_name("g");
  field->set_number(2);

  EXPECT_THAT(CompareSmall(file), IsEmpty());
}

TEST(CompatibilityTest, FindsRemovedRenumberedAndRetypedFields) {
  FileDescriptorProto removed = SmallFile();
  removed.mutable_message_type(0)->clear_field();
  FileDescriptorProto renumbered = SmallFile();
  renumbered.mutable_message_type(0)->mutable_field(0)->set_number(2);
  FileDescriptorProto retyped = SmallFile();
  retyped.mutable_message_type(0)->mutable_field(0)->set_type(
      google::protobuf::FieldDescriptorProto::TYPE_STRING);

  EXPECT_THAT(CompareSmall(removed), ElementsAre("p.M.f = 1 is gone"));
  EXPECT_THAT(CompareSmall(renumbered), ElementsAre("p.M.f = 1 is gone"));
  EXPECT_THAT(CompareSmall(retyped), ElementsAre(HasSubstr("was int64")));
}

TEST(CompatibilityTest, FindsRemovedValuesAndMethods) {
  FileDescriptorProto file = SmallFile();
  file.mutable_enum_type(0)->mutable_value(0)->set_name("E_OTHER");
  file.mutable_service(0)->clear_method();

  EXPECT_THAT(CompareSmall(file),
              ElementsAre("p.E_ZERO = 0 is gone", "p.S.Do is gone"));
}

}  // namespace
}  // namespace decant

#include "worker/ops/model_card.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TensorChange Change(const std::string& role, int64_t layer, int64_t elements,
                    int64_t changed, double relative) {
  TensorChange change;
  change.role = role;
  change.layer = layer;
  change.comparison.num_elements = elements;
  change.comparison.changed_elements = changed;
  change.comparison.relative_change = relative;
  return change;
}

CardFacts Facts() {
  return {.name = "demo",
          .base_model = "student: \"tiny\"",
          .teacher_model = "big-moe",
          .result_identity = "00ff",
          .has_tokenizer = true};
}

TEST(ModelCardTest, StartsWithFrontMatterThatYamlCanRead) {
  const std::string card = WriteModelCard(Facts(), {});

  EXPECT_THAT(card,
              StartsWith("---\nbase_model: \"student: \\\"tiny\\\"\"\n"
                         "library_name: transformers\ntags:\n- decant\n"));
}

TEST(ModelCardTest, SumsChangesByRoleAndByLayer) {
  const std::string card =
      WriteModelCard(Facts(), {Change("ffn_gate", 0, 1000, 500, 0.25),
                               Change("ffn_gate", 1, 3000, 1500, 0.125),
                               Change("embedding", -1, 4000, 0, 0)});

  EXPECT_THAT(card, HasSubstr("| ffn_gate | 2 | 4,000 | 50.00 % | 0.2500 |"));
  EXPECT_THAT(card, HasSubstr("| embedding | 1 | 4,000 | 0.00 % | 0.0000 |"));
  EXPECT_THAT(card, HasSubstr("| all | 3 | 8,000 | 25.00 % | 0.2500 |"));
  EXPECT_THAT(card, HasSubstr("| 1 | 1 | 3,000 | 50.00 % | 0.1250 |"));
  EXPECT_THAT(card, HasSubstr("| outside layers | 1 | 4,000 |"));
}

TEST(ModelCardTest, SaysWhatWasNotDone) {
  CardFacts facts = Facts();
  EXPECT_THAT(WriteModelCard(facts, {}), HasSubstr("No evaluation was run"));
  EXPECT_THAT(WriteModelCard(facts, {}), Not(HasSubstr("no tokenizer files")));

  facts.has_tokenizer = false;
  facts.teacher_model = "";

  EXPECT_THAT(WriteModelCard(facts, {}), HasSubstr("no tokenizer files"));
  EXPECT_THAT(WriteModelCard(facts, {}), Not(HasSubstr("as the teacher")));
}

}  // namespace
}  // namespace decant

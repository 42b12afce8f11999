#include "coordinator/plan/methods/builtin_methods.h"

#include "gtest/gtest.h"

namespace decant {
namespace {

TEST(BuiltinMethodsTest, EveryDocumentedMethodIsRegistered) {
  MethodRegistry registry;
  RegisterBuiltinMethods(registry);

  for (const char* name : {"moe-to-dense"}) {
    RecipeStep step;
    step.method = name;
    EXPECT_TRUE(registry.Find(step).ok()) << name;
  }
}

}  // namespace
}  // namespace decant

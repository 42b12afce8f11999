#include "common/base/table.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(TableTest, AlignsColumnsWithoutTrailingSpaces) {
  Table table({{"job"}, {"units", Align::kRight}, {"state"}});
  table.AddRow({"j-1", "7", "running"});
  table.AddRow({"j-longer", "12,345", ""});
  EXPECT_EQ(table.ToString(),
            "job        units  state\n"
            "j-1            7  running\n"
            "j-longer  12,345\n");
}

TEST(TableTest, CountsCodePointsAndFillsMissingCells) {
  Table table({{"name"}, {"n", Align::kRight}});
  table.AddRow({"héé", "1", "dropped"});
  table.AddRow({"abcde"});
  EXPECT_EQ(table.ToString(),
            "name   n\n"
            "héé    1\n"
            "abcde\n");
}

TEST(TableTest, ControlCharactersCannotBreakTheTable) {
  Table table({{"a"}});
  table.AddRow({"x\ny\x1b[0m"});
  EXPECT_EQ(table.ToString(), "a\nx?y?[0m\n");
}

TEST(TableTest, WithoutRowsThereAreTitlesOnly) {
  EXPECT_EQ(Table({{"a"}, {"b"}}).ToString(), "a  b\n");
}

}  // namespace
}  // namespace decant

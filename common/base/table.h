// Text tables with aligned columns, for terminals and reports.
#ifndef DECANT_COMMON_BASE_TABLE_H_
#define DECANT_COMMON_BASE_TABLE_H_

#include <string>
#include <vector>

namespace decant {

enum class Align { kLeft, kRight };

struct TableColumn {
  std::string title;
  Align align = Align::kLeft;
};

// Widths are counted in code points, which is right for everything but wide
// East Asian letters and combining marks.
class Table {
 public:
  explicit Table(std::vector<TableColumn> columns);

  // Missing cells are empty; cells beyond the last column are dropped.
  void AddRow(std::vector<std::string> cells);

  // Title line and one line per row, two spaces between columns, no trailing
  // spaces, each line ended by a newline. Control characters become '?'.
  std::string ToString() const;

 private:
  const std::vector<TableColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace decant

#endif  // DECANT_COMMON_BASE_TABLE_H_

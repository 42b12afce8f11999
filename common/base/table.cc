#include "common/base/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace decant {
namespace {

constexpr size_t kGap = 2;

size_t Width(const std::string& text) {
  size_t width = 0;
  for (const char c : text) {
    // Continuation bytes of UTF-8 take no room.
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++width;
  }
  return width;
}

// A newline or an escape sequence in a name must not break the table.
std::string WithoutControls(std::string text) {
  for (char& c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '?';
  }
  return text;
}

void AppendLine(const std::vector<std::string>& cells,
                const std::vector<TableColumn>& columns,
                const std::vector<size_t>& widths, std::string& out) {
  std::string line;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    const size_t padding = widths[i] - Width(cells[i]);
    if (columns[i].align == Align::kRight) line.append(padding, ' ');
    line += cells[i];
    if (columns[i].align == Align::kLeft) line.append(padding, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line;
  out += '\n';
}

}  // namespace

Table::Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = WithoutControls(std::move(cell));
  rows_.push_back(std::move(cells));
}

std::string Table::ToString() const {
  std::vector<std::string> titles;
  std::vector<size_t> widths;
  for (const TableColumn& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(Width(column.title));
  }
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], Width(row[i]));
    }
  }
  std::string out;
  AppendLine(titles, columns_, widths, out);
  for (const std::vector<std::string>& row : rows_) {
    AppendLine(row, columns_, widths, out);
  }
  return out;
}

}  // namespace decant

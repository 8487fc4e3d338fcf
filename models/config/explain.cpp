#include "models/config/explain.hpp"

#include <algorithm>

namespace napier::config {
namespace {

/// Rows of cells as columns of equal width, indented by two blanks.
std::string columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i)
      line += " " + row[i] + std::string(widths[i] - row[i].size() + 1, ' ');
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string explain_record(const Record& record) {
  std::vector<std::vector<std::string>> rows = {{"key", "default", "legal", "meaning"}};
  for (const auto& p : record.parameters) {
    const bool choice = p->value.type == Type::kChoice || !range_text(*p).empty();
    rows.push_back({p->key, default_text(*p), choice ? range_text(*p) : type_text(*p), p->text});
  }
  return columns(rows);
}

std::string explain_one(const Parameter& p) {
  std::vector<std::vector<std::string>> rows = {{"type", type_text(p)}};
  if (!p.value.unit.empty()) rows.push_back({"unit", p.value.unit});
  rows.push_back({"default", default_text(p)});
  if (!range_text(p).empty()) rows.push_back({"legal", range_text(p)});
  for (const Option& option : p.value.options) rows.push_back({"  " + option.name, option.text});
  return p.key + ": " + p.text + "\n" + columns(rows);
}

void add_rows(const Record& record, std::string& out) {
  for (const auto& p : record.parameters) {
    if (p->record) {
      out +=
          "| **`" + p->key + "`** | " + type_text(*p) + " | | " + range_text(*p) + " | " + p->text + " |\n";
      add_rows(*p->record, out);
      continue;
    }
    std::string legal = range_text(*p);
    for (std::size_t i = legal.find('|'); i != std::string::npos; i = legal.find('|', i + 2))
      legal.insert(i, "\\");
    out += "| `" + p->key + "` | " + type_text(*p) + " | `" + default_text(*p) + "` | " + legal + " | " +
           p->text + " |\n";
  }
}

}  // namespace

std::string explain_groups(const AnySchema& schema) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& p : schema.root.parameters) rows.push_back({p->key, p->text});
  return schema.name + ": " + schema.text + "\n" + columns(rows);
}

std::string explain_key(const AnySchema& schema, std::string_view key) {
  const Parameter* parameter = find(schema.root, key);
  if (parameter == nullptr) return {};
  if (!parameter->record) return explain_one(*parameter);
  return parameter->key + ": " + parameter->text + "\n" + explain_record(*parameter->record);
}

std::string markdown_table(const AnySchema& schema) {
  std::string out = "| key | type | default | legal | meaning |\n|---|---|---|---|---|\n";
  add_rows(schema.root, out);
  return out;
}

}  // namespace napier::config

#pragma once
#include <string>
#include <vector>

#include "explore/study/study_results.hpp"

namespace napier::explore {

/// One row a run: variant, axes, seed, state, metrics with units in their names; RFC 4180.
std::string runs_csv(const StudyResults& results);

/// One row a point: variant, axes, then count, mean, standard deviation, least and greatest of each metric
/// over the seeds; RFC 4180.
std::string summary_csv(const StudyResults& results);

/// A table of texts; `head` and the first cell of each row are headings.
struct TextTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};

/// What people read: with axes, the first metric with the first axis downwards and variants and other axes
/// across; without axes, variants downwards and metrics across. Cells are mean and standard deviation.
TextTable summary_table(const StudyResults& results);

/// What the cells of summary_table say, in one sentence.
std::string summary_legend(const StudyResults& results);

/// summary_table and summary_legend as Markdown, ready to paste.
std::string table_markdown(const StudyResults& results);

/// The curve that a point belongs to: its variant and the values of all axes but the first.
std::string series_name(const StudyResults& results, const StudyPoint& point);

}  // namespace napier::explore

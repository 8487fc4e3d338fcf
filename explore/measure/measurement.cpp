#include "explore/measure/measurement.hpp"

#include "explore/plot/chart_page.hpp"
#include "models/base/files.hpp"

namespace napier::explore {

void write_measurement(const Measurement& m, const std::filesystem::path& folder) {
  open_output_folder(folder, "measure");
  write_file(folder / (m.name + ".csv"), m.csv);
  write_chart_svg(m.chart, folder / (m.name + ".svg"));
  const ChartPage page{.title = m.chart.title,
                       .lead = "<code>" + m.command + "</code>",
                       .figures = {{m.chart, m.caption}},
                       .body = {}};
  write_file(folder / (m.name + ".html"), chart_page_html(page));
  write_file(folder / (m.name + ".md"), "# " + m.chart.title + "\n\n```\n" + m.command + "\n```\n\n" +
                                            m.caption + "\n\n![" + m.chart.title + "](" + m.name +
                                            ".svg)\n\n" + m.table);
}

}  // namespace napier::explore

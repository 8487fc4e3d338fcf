#include "explore/plot/chart_page.hpp"

#include "explore/report/html.hpp"
#include "rtl-gen/text/template.hpp"

namespace napier::embedded {
extern const std::string_view chart_page_template;
extern const std::string_view chart_js;
extern const std::string_view report_css;
extern const std::string_view d3_js;
extern const std::string_view d3_licence;
}  // namespace napier::embedded

namespace napier::explore {

std::string chart_page_html(const ChartPage& page) {
  std::string figures;
  std::string charts = "[";
  for (std::size_t i = 0; i < page.figures.size(); ++i) {
    figures += "<figure id=\"chart-" + std::to_string(i) + "\"><figcaption>" +
               html::escape(page.figures[i].caption) + "</figcaption></figure>\n";
    charts += (i > 0 ? "," : "") + chart_json(page.figures[i].chart);
  }
  const rtl::Values values{{"title", html::escape(page.title)},
                           {"lead", page.lead},
                           {"css", std::string(embedded::report_css)},
                           {"figures", figures},
                           {"body", page.body},
                           {"charts", html::in_script(charts + "]")},
                           {"d3", std::string(embedded::d3_js)},
                           {"d3_licence", std::string(embedded::d3_licence)},
                           {"js", std::string(embedded::chart_js)}};
  return rtl::expand(embedded::chart_page_template, values);
}

}  // namespace napier::explore

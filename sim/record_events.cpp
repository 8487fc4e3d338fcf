#include "sim/record_events.hpp"

#include <sstream>

#include "models/trace/record_check.hpp"

namespace napier::sim {

void RecordEvents::end(const std::vector<Event>& counted) {
  std::vector<Event> own = counted;
  for (std::size_t i = 0; i < before_.size(); ++i) own[i].count -= before_[i].count;
  records_.push_back(std::move(own));
  before_ = counted;
}

std::string record_events_csv(const Trace& trace, const std::vector<std::vector<Event>>& records) {
  std::ostringstream out;
  out << "step,layer,pass,component,event,count,unit\n";
  for (std::size_t i = 0; i < records.size(); ++i) {
    std::string place = ",,";
    if (i < trace.gemms.size()) {
      const GemmRecord& r = trace.gemms[i];
      place = std::to_string(r.step) + ',' + std::to_string(r.layer) + ',' + pass_name(r.pass);
    }
    for (const Event& e : records[i]) {
      out << place << ',' << e.component << ',' << e.event << ',' << e.count << ',' << e.unit << '\n';
    }
  }
  return out.str();
}

}  // namespace napier::sim

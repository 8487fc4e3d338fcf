// Writes a trace: an HDF5 file built in memory, sealed, and written by write_file.
#include <ostream>

#include "models/base/files.hpp"
#include "models/base/interrupt.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "models/trace/hdf5_saver.hpp"
#include "models/trace/record_check.hpp"
#include "models/trace/trace.hpp"
#include "models/trace/trace_layout.hpp"
#include "models/trace/trace_seal.hpp"

namespace napier {
namespace {

using hdf5::Handle;

void save(const Trace& trace, hid_t file) {
  const std::string design_text = resolved_yaml(trace.design);
  hdf5::Saver head(file);
  head.attribute("format", std::string("napier trace"));
  head.attribute("format_version", trace_layout::kVersion);
  head.attribute("design_name", trace.design.name);
  head.attribute("design_digest", design_digest(trace.design));
  head.attribute("network", trace.network);
  head.attribute("experiment", trace.experiment);
  head.attribute("gemm_records", trace.gemms.size());
  head.attribute("update_records", trace.updates.size());
  head.text("design", design_text);
  const Handle gemms = hdf5::create_group(file, "gemm"), updates = hdf5::create_group(file, "update");
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    check_interrupt();
    check_record(trace.design, trace.gemms[i], "trace record " + describe(trace.gemms[i]));
    const Handle group = hdf5::create_group(gemms.get(), trace_layout::record_name(i, trace.gemms[i]));
    hdf5::Saver saver(group.get());
    trace_layout::gemm(saver, trace.gemms[i], trace.design);
  }
  for (std::size_t i = 0; i < trace.updates.size(); ++i) {
    check_interrupt();
    check_record(trace.design, trace.updates[i], "trace record " + describe(trace.updates[i]));
    const Handle group = hdf5::create_group(updates.get(), trace_layout::record_name(i, trace.updates[i]));
    hdf5::Saver saver(group.get());
    trace_layout::update(saver, trace.updates[i], widths::stochastic_update(trace.design));
  }
}

}  // namespace

void write_trace(const Trace& trace, const std::filesystem::path& path) {
  check_traceable(trace.design, "trace '" + path.string() + "'");
  const hdf5::Silence silence;
  std::string image;
  {
    const Handle file = hdf5::create_image(kSealBytes);
    save(trace, file.get());
    image = hdf5::image_of(file);
  }
  write_file(path, [&](std::ostream& out) { out << make_seal(image, trace_layout::kVersion) << image; });
}

}  // namespace napier

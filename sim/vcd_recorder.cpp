#include "sim/vcd_recorder.hpp"

#include <algorithm>
#include <cmath>

namespace napier::sim {

VcdRecorder::VcdRecorder(const std::filesystem::path& file, const Design& design, const VcdWindow& window)
    : window_(window),
      period_(std::max<std::int64_t>(2, std::llround(design.clock.period_ns * 1000.0))),
      vcd_(file),
      clock_(vcd_.declare("", "clk", 1)),
      cycle_(vcd_.declare("", "cycle", 48)),
      state_(vcd_.declare("sequencer", "state", 3)),
      mt_(vcd_.declare("sequencer", "mt", 16)),
      nt_(vcd_.declare("sequencer", "nt", 16)),
      kt_(vcd_.declare("sequencer", "kt", 16)),
      n_(vcd_.declare("sequencer", "n", 16)),
      a_loaded_(vcd_.declare("sequencer", "a_loaded", 1)),
      b_queue_(vcd_.declare("sequencer", "b_queue", 2)),
      draining_(vcd_.declare("accumulation_collector", "d_active", 1)) {
  for (const napier::Channel& c : napier::channels(design)) {
    const std::size_t valid = vcd_.declare("channel_" + c.name, "valid", 1);
    const std::size_t ready = vcd_.declare("channel_" + c.name, "ready", 1);
    channels_.push_back({valid, ready, vcd_.declare("channel_" + c.name, "data", c.bits)});
  }
}

void VcdRecorder::record(ChannelProbe& probe, const ElementStatus& status, std::int64_t cycle) {
  if (cycle < window_.from || cycle > window_.to) return;
  vcd_.time(cycle * period_);
  vcd_.set(clock_, 1);
  vcd_.set(cycle_, static_cast<std::uint64_t>(cycle));
  record_sequencer(status.control.read());
  vcd_.set(draining_, status.draining.read() ? 1 : 0);
  for (unsigned i = 0; i < channels_.size(); ++i) {
    const bool valid = (probe.valid() >> i & 1) != 0;
    vcd_.set(channels_[i].valid, valid ? 1 : 0);
    vcd_.set(channels_[i].ready, probe.ready() >> i & 1);
    if (valid) {
      vcd_.set(channels_[i].data, probe.word(i));
    } else {
      vcd_.unset(channels_[i].data);
    }
  }
  vcd_.time(cycle * period_ + period_ / 2);
  vcd_.set(clock_, 0);
}

void VcdRecorder::record_sequencer(const Control& now) {
  vcd_.set(state_, static_cast<std::uint64_t>(now.state));
  vcd_.set(mt_, static_cast<std::uint64_t>(now.mt));
  vcd_.set(nt_, static_cast<std::uint64_t>(now.nt));
  vcd_.set(kt_, static_cast<std::uint64_t>(now.kt));
  vcd_.set(n_, static_cast<std::uint64_t>(now.n));
  vcd_.set(a_loaded_, now.a_loaded ? 1 : 0);
  vcd_.set(b_queue_, static_cast<std::uint64_t>(now.queued));
}

void VcdRecorder::finish(std::int64_t cycles) {
  const std::int64_t end = window_.to < cycles ? window_.to + 1 : cycles;
  if (end > window_.from) {
    vcd_.time(end * period_);
    vcd_.set(clock_, 1);
  }
  vcd_.finish();
}

}  // namespace napier::sim

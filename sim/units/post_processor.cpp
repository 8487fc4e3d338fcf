#include "sim/units/post_processor.hpp"

#include <algorithm>

#include "models/design/widths.hpp"

namespace napier::sim {

PostProcessorBlock::PostProcessorBlock(sc_core::sc_module_name name, const Design& design)
    : sc_module(name),
      function_(design, {}),
      datapath_lanes_(design.datapath.lanes),
      entries_(design.collector.entries),
      row_scales_(static_cast<std::size_t>(design.datapath.lanes)),
      lanes_(static_cast<std::size_t>(design.post_processor.lanes)),
      output_mask_(widths::output_bits(design) == 32 ? ~0U : (1U << widths::output_bits(design)) - 1),
      output_bits_(widths::output_bits(design)),
      queue_(design.pipeline.post_process, lanes_),
      last_out_(lanes_) {
  masks_.fill(std::vector<std::uint8_t>(lanes_));
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void PostProcessorBlock::edge() {
  const Control& now = control->read();
  const bool accepts = drain.fires();
  const bool mask_fires = mask.fires();
  const bool out_fires = out.fires();
  if (now.start) {
    function_.use({now.job.bias_k, now.job.relu, now.job.random_key});
    place_ = {};
  }
  if (now.scale_write) {
    std::copy_n(now.scale_data, lanes_,
                &row_scales_[static_cast<std::size_t>(now.scale_write_group) * lanes_]);
  }
  if (accepts) {
    convert(drain.data(), now.job);
    if (masked_) {
      mask_head_ ^= 1;
      --mask_count_;
    }
  }
  queue_.advance(out_fires);
  if (mask_fires) {
    const auto tail = static_cast<std::size_t>((mask_head_ + mask_count_) & 1);
    std::copy_n(mask.data(), lanes_, masks_[tail].data());
    ++mask_count_;
  }
  masked_ = now.job.has_mask;
  publish();
}

void PostProcessorBlock::publish() {
  drain.ready->write(!queue_.full() && (!masked_ || mask_count_ > 0));
  mask.ready->write(mask_count_ < 2);
  out.offer->write(queue_.offer());
  idle->write(queue_.empty());
  lacks_mask->write(masked_ && mask_count_ == 0);
}

void PostProcessorBlock::convert(const std::int32_t* accumulators, const Job& job) {
  std::vector<std::uint32_t>& word = queue_.accept();
  const std::vector<std::uint8_t>& mask_word = masks_[static_cast<std::size_t>(mask_head_)];
  const int first_lane = place_.group * static_cast<int>(lanes_);
  const int m = place_.m_tile * datapath_lanes_ + first_lane;
  const int n = place_.n_tile * entries_ + place_.entry;
  for (std::size_t i = 0; i < lanes_; ++i) {
    if (job.raw) {
      word[i] = static_cast<std::uint32_t>(accumulators[i]) & output_mask_;
      ++raw_;
    } else {
      const int lane = static_cast<int>(i);
      const int row_scale = job.has_row_scales ? row_scales_[static_cast<std::size_t>(first_lane + lane)] : 0;
      const PostResult result = function_(accumulators[i], row_scale, m + lane, n);
      word[i] = result.word;
      clamped_ += result.event == PostEvent::kClamped;
      underflows_ += result.event == PostEvent::kUnderflow;
      ++conversions_;
    }
    if (masked_ && mask_word[i] == 0) {
      word[i] = 0;
      ++cleared_;
    }
    out_toggles_ += hamming(word[i], last_out_[i], output_bits_);
    last_out_[i] = word[i];
  }
  ++words_;
  advance_place(job);
}

void PostProcessorBlock::advance_place(const Job& job) {
  const int groups =
      place_.m_tile == job.m_tiles - 1 ? job.g_last : datapath_lanes_ / static_cast<int>(lanes_);
  if (++place_.group < groups) return;
  place_.group = 0;
  if (++place_.entry < (place_.n_tile == job.n_tiles - 1 ? job.n_last : entries_)) return;
  place_.entry = 0;
  if (++place_.n_tile < job.n_tiles) return;
  place_.n_tile = 0;
  ++place_.m_tile;
}

std::vector<Event> PostProcessorBlock::events() const {
  const std::string component = basename();
  return {{component, "words", words_, "words"},
          {component, "conversions", conversions_, "values"},
          {component, "raw_outputs", raw_, "values"},
          {component, "clamped", clamped_, "values"},
          {component, "underflows", underflows_, "values"},
          {component, "masked", cleared_, "values"},
          {component, "output_toggles", out_toggles_, "bits"}};
}

void PostProcessorBlock::dump(std::ostream& os) const {
  os << basename() << ": occupancy=" << queue_.occupancy() << " output_queue=" << queue_.queued()
     << " masked=" << masked_ << " mask_queue=" << mask_count_ << '\n';
}

}  // namespace napier::sim

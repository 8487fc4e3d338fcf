#pragma once
#include <span>
#include <vector>

#include "models/base/simon.hpp"
#include "models/design/widths.hpp"
#include "models/stimulus/stimulus.hpp"
#include "models/stimulus/word_packer.hpp"
#include "models/units/accumulation_collector.hpp"
#include "models/units/vector_lane.hpp"

/// A processing element without time, written from docs/microarchitecture.md alone: it sees nothing but the
/// channel words, as hardware does.
namespace napier::test {

/// Takes the words of a stream one after the other.
class WordSource {
 public:
  explicit WordSource(const WordStream& stream) : stream_(stream) {}
  bool empty() const { return next_ == stream_.words(); }
  std::span<const std::uint8_t> take() {
    const auto size = static_cast<std::size_t>(stream_.word_bytes());
    return std::span(stream_.bytes).subspan(static_cast<std::size_t>(next_++) * size, size);
  }

 private:
  const WordStream& stream_;
  std::int64_t next_ = 0;
};

class UntimedElement {
 public:
  UntimedElement(const Design& design, const Stimulus& inputs)
      : d_(design),
        job_(inputs.job),
        a_(inputs.a_fill),
        b_(inputs.b_fill),
        bias_(inputs.bias),
        mask_(inputs.mask),
        row_scale_(inputs.row_scale),
        update_job_(inputs.update_job),
        update_in_(inputs.update_in),
        lane_(design),
        post_(design),
        result_(empty_stimulus(design)) {}

  /// The words of out, drain and update_out that the input words lead to.
  Stimulus run() {
    while (!job_.empty()) run_job();
    if (d_.update.kind == UpdateKind::kMadam) {
      while (!update_job_.empty()) run_update();
    }
    return result_;
  }

  /// Whether every input word was used.
  bool used_all() const {
    return a_.empty() && b_.empty() && bias_.empty() && mask_.empty() && update_in_.empty() &&
           row_scale_.empty();
  }

 private:
  using Vector = std::vector<Word>;

  Vector take_vector(WordSource& source, int words) const {
    const auto word = source.take();
    Vector v;
    for (int i = 0; i < words; ++i) {
      v.push_back(static_cast<Word>(word_field(word, i * d_.format.bits, d_.format.bits)));
    }
    return v;
  }

  void run_job() {
    const auto word = job_.take();
    const auto field = [&](int i) { return static_cast<int>(word_field(word, 16 * i, 16)); };
    const int m_tiles = field(0), n_tiles = field(1), k_tiles = field(2), flags = field(6);
    settings_ = {static_cast<int>(signed_word_field(word, 80, 16)), (flags & 1) != 0};
    raw_ = (flags & 2) != 0;
    has_mask_ = (flags & 8) != 0;
    if (widths::is_stochastic(d_)) {
      noise_ = RoundingNoise(word_field(word, 144, 32) << 32 | word_field(word, 112, 32));
    }
    for (int mt = 0; mt < m_tiles; ++mt) {
      first_row_ = mt * d_.datapath.lanes;
      column_ = 0;
      take_row_scales((flags & 16) != 0);
      take_bias((flags & 4) != 0);
      rows_.clear();
      for (int i = 0; i < k_tiles * d_.datapath.lanes; ++i)
        rows_.push_back(take_vector(a_, widths::stationary_words(d_)));
      const int groups = mt == m_tiles - 1 ? field(4) : widths::drain_groups(d_);
      for (int nt = 0; nt < n_tiles; ++nt) {
        run_tile(k_tiles, nt == n_tiles - 1 ? field(3) : d_.collector.entries, groups);
      }
    }
  }

  void take_row_scales(bool present) {
    row_scales_.assign(static_cast<std::size_t>(d_.datapath.lanes), 0);
    for (std::size_t lane = 0; present && lane < row_scales_.size();) {
      const auto word = row_scale_.take();
      for (int i = 0; i < d_.post_processor.lanes; ++i) {
        row_scales_[lane++] = static_cast<std::int32_t>(signed_word_field(word, i * 16, 16));
      }
    }
  }

  void take_bias(bool present) {
    biases_.assign(static_cast<std::size_t>(d_.datapath.lanes), 0);
    for (std::size_t lane = 0; present && lane < biases_.size();) {
      const auto word = bias_.take();
      for (int i = 0; i < d_.post_processor.lanes; ++i) {
        const int bits = d_.datapath.accumulator_bits;
        biases_[lane++] = static_cast<std::int32_t>(signed_word_field(word, i * bits, bits));
      }
    }
  }

  void run_tile(int k_tiles, int columns, int groups) {
    const auto lanes = static_cast<std::size_t>(d_.datapath.lanes);
    std::vector<std::vector<std::int32_t>> entries(static_cast<std::size_t>(columns), biases_);
    for (std::size_t kt = 0; kt < static_cast<std::size_t>(k_tiles); ++kt) {
      for (auto& entry : entries) {
        const Vector b = take_vector(b_, d_.datapath.vector);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          const std::span<const Word> row = rows_[kt * lanes + lane];
          const int octaves = row.size() > b.size() ? row.back() : 0;
          entry[lane] = accumulate(entry[lane], lane_(row.first(b.size()), b, octaves),
                                   d_.datapath.accumulator_bits, d_.datapath.overflow)
                            .value;
        }
      }
    }
    for (const auto& entry : entries) {
      for (int g = 0; g < groups; ++g)
        drain(std::span(entry).subspan(static_cast<std::size_t>(g * d_.post_processor.lanes)), g);
      ++column_;
    }
  }

  PostResult convert(std::int32_t acc, int lane) {
    PostSettings settings = settings_;
    settings.bias_k += row_scales_[static_cast<std::size_t>(lane)];
    const auto row = static_cast<std::uint32_t>(first_row_ + lane);
    return post_(acc, settings, noise_(static_cast<std::uint32_t>(column_) * 65536U + row) / 65536U);
  }

  void drain(std::span<const std::int32_t> accumulators, int group) {
    WordPacker drained(result_.drain), out(result_.out);
    const auto mask = has_mask_ ? mask_.take() : std::span<const std::uint8_t>();
    for (int i = 0; i < d_.post_processor.lanes; ++i) {
      const std::int32_t acc = accumulators[static_cast<std::size_t>(i)];
      drained.put(acc, d_.datapath.accumulator_bits);
      const bool passes = !has_mask_ || word_field(mask, i, 1) != 0;
      const std::int64_t word =
          raw_ ? acc : std::int64_t{convert(acc, group * d_.post_processor.lanes + i).word};
      out.put(passes ? word : 0, widths::output_bits(d_));
    }
    drained.finish();
    out.finish();
  }

  void run_update() {
    const MadamUpdate unit(d_);
    const auto job = update_job_.take();
    const auto field = [&](int bit, int bits) {
      return static_cast<std::int32_t>(signed_word_field(job, bit, bits));
    };
    const std::uint64_t key =
        widths::stochastic_update(d_) ? word_field(job, 160, 32) << 32 | word_field(job, 128, 32) : 0;
    const MadamSettings settings = {field(32, 16), field(48, 32), field(80, 32),
                                    static_cast<std::int32_t>(word_field(job, 112, 16)),
                                    static_cast<std::int64_t>(key)};
    std::uint32_t index = 0;
    const int weight_bits = d_.update.bits, v_bits = d_.update.v_bits;
    const int gradient_at = weight_bits, v_at = weight_bits + d_.format.bits, stride = v_at + v_bits;
    for (std::uint64_t left = word_field(job, 0, 32); left > 0; --left) {
      const auto word = update_in_.take();
      WordPacker out(result_.update_out);
      for (int i = 0; i < d_.update.lanes; ++i) {
        const MadamState before = {
            static_cast<UpdateWord>(word_field(word, i * stride, weight_bits)),
            static_cast<std::int32_t>(signed_word_field(word, i * stride + v_at, v_bits))};
        const auto gradient = static_cast<Word>(word_field(word, i * stride + gradient_at, d_.format.bits));
        const MadamState after = unit(before, gradient, settings, index++);
        out.put(after.weight, weight_bits);
        out.put(after.v, v_bits);
      }
      out.finish();
    }
  }

  const Design& d_;
  WordSource job_, a_, b_, bias_, mask_, row_scale_, update_job_, update_in_;
  VectorLane lane_;
  PostProcessor post_;
  Stimulus result_;
  PostSettings settings_;
  bool raw_ = false, has_mask_ = false;
  RoundingNoise noise_{0};
  int first_row_ = 0, column_ = 0;
  std::vector<std::int32_t> biases_, row_scales_;
  std::vector<Vector> rows_;  // row kt * lanes + lane
};

}  // namespace napier::test

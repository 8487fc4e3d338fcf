#include "models/stimulus/stimulus.hpp"

#include <algorithm>

#include "models/base/interrupt.hpp"
#include "models/design/widths.hpp"
#include "models/stimulus/channels.hpp"
#include "models/stimulus/explain.hpp"
#include "models/stimulus/word_packer.hpp"
#include "models/trace/record_check.hpp"
#include "models/units/accumulation_collector.hpp"
#include "models/units/output_converter.hpp"
#include "models/units/vector_lane.hpp"

namespace napier {
namespace {

int divide_up(int a, int b) { return a / b + (a % b != 0 ? 1 : 0); }

/// What the lanes past row M leave: they multiply words of zero bits, which are zeros or, in a format without
/// a zero, the smallest magnitude. The same for every such lane, one accumulator a column n.
std::vector<std::int32_t> pad_accumulators(const Design& design, const GemmRecord& r) {
  std::vector<std::int32_t> result(static_cast<std::size_t>(r.n), 0);
  if (!widths::is_lns(design) || design.format.zero == ZeroCode::kReserved) return result;
  const VectorLane lane(design);
  const auto vector = static_cast<std::size_t>(design.datapath.vector);
  const std::vector<Word> zeros(vector, 0);
  for (std::size_t n = 0; n < result.size(); ++n) {
    const auto row = std::span(r.b).subspan(n * static_cast<std::size_t>(r.k), static_cast<std::size_t>(r.k));
    for (std::size_t k = 0; k < row.size(); k += vector) {
      const std::size_t length = std::min(vector, row.size() - k);
      const std::int64_t sum = lane(std::span(zeros).first(length), row.subspan(k, length));
      result[n] =
          accumulate(result[n], sum, design.datapath.accumulator_bits, design.datapath.overflow).value;
    }
  }
  return result;
}

/// Writes one record's words to the channels, in the order of docs/microarchitecture.md.
class GemmWriter {
 public:
  GemmWriter(const Design& design, const GemmRecord& record, Stimulus& stimulus)
      : d_(design),
        r_(record),
        s_(stimulus),
        t_(design, record.m, record.n, record.k),
        convert_(design, record.post),
        vector_scales_(widths::has_vector_scales(design)),
        pad_(pad_accumulators(design, record)) {}

  void check_fits(const std::string& place) const {
    if (t_.k_tiles > d_.buffers.a_rows) {
      throw InputError(place + ": k = " + std::to_string(r_.k) + " needs " + std::to_string(t_.k_tiles) +
                       " rows of buffer A, which has " + std::to_string(d_.buffers.a_rows) +
                       "; raise buffers.a_rows or datapath.vector in the design");
    }
    if (d_.format.zero == ZeroCode::kNone && widths::is_lns(d_) && r_.k % d_.datapath.vector != 0) {
      throw InputError(place + ": k = " + std::to_string(r_.k) + " is no multiple of datapath.vector = " +
                       std::to_string(d_.datapath.vector) + ", and with format.zero none no word pads it;" +
                       " use format.zero reserved or a layer whose size is a multiple");
    }
    if (t_.m_tiles > 0xFFFF || t_.n_tiles > 0xFFFF || t_.k_tiles > 0xFFFF) {
      throw InputError(place + ": more than 65535 tiles in one matrix product; use a smaller batch or layer");
    }
  }

  void write() {
    write_job();
    for (int mt = 0; mt < t_.m_tiles; ++mt) {
      check_interrupt();
      if (!r_.row_scales.empty()) write_row_scales(mt);
      if (!r_.bias.empty()) write_bias(mt);
      write_a(mt);
      write_b();
      write_outputs(mt);
    }
  }

 private:
  void write_job() {
    WordPacker job(s_.job);
    for (const int field : {t_.m_tiles, t_.n_tiles, t_.k_tiles, t_.n_last, t_.g_last, r_.post.bias_k}) {
      job.put(field, 16);
    }
    job.put((r_.post.relu ? 1 : 0) | (r_.raw ? 2 : 0) | (r_.bias.empty() ? 0 : 4) |
                (r_.mask.empty() ? 0 : 8) | (r_.row_scales.empty() ? 0 : 16),
            16);
    if (widths::is_stochastic(d_)) {
      job.put(static_cast<std::uint32_t>(r_.post.random_key), 32);
      job.put(static_cast<std::uint32_t>(r_.post.random_key >> 32), 32);
    }
    job.finish();
  }

  void write_row_scales(int mt) {
    WordPacker scales(s_.row_scale);
    for (int lane = 0; lane < t_.lanes; ++lane) {
      const int m = mt * t_.lanes + lane;
      scales.put(m < r_.m ? r_.row_scale(m) : 0, 16);
      if ((lane + 1) % t_.group_lanes == 0) scales.finish();
    }
  }

  void write_bias(int mt) {
    WordPacker bias(s_.bias);
    for (int lane = 0; lane < t_.lanes; ++lane) {
      const int m = mt * t_.lanes + lane;
      bias.put(m < r_.m ? r_.bias[static_cast<std::size_t>(m)] : 0, d_.datapath.accumulator_bits);
      if ((lane + 1) % t_.group_lanes == 0) bias.finish();
    }
  }

  /// Puts elements kt*V.. of one row of an operand; zero bits past K and for rows past the last.
  void put_vector(WordPacker& out, const std::vector<Word>& operand, int row, int rows, int kt) {
    const int first = kt * d_.datapath.vector;
    const int last = row < rows ? std::min(first + d_.datapath.vector, r_.k) : first;
    const std::size_t base = static_cast<std::size_t>(row) * static_cast<std::size_t>(r_.k);
    for (int k = first; k < last; ++k) out.put(operand[base + static_cast<std::size_t>(k)], d_.format.bits);
    for (int k = last; k < first + d_.datapath.vector; ++k) out.put(0, d_.format.bits);
  }

  void write_a(int mt) {
    WordPacker out(s_.a_fill);
    for (int kt = 0; kt < t_.k_tiles; ++kt) {
      for (int lane = 0; lane < t_.lanes; ++lane) {
        const int m = mt * t_.lanes + lane;
        put_vector(out, r_.a, m, r_.m, kt);
        if (vector_scales_) out.put(m < r_.m ? r_.vector_shift(m, t_.k_tiles, kt) : 0, d_.format.bits);
        out.finish();
      }
    }
  }

  void write_b() {
    WordPacker out(s_.b_fill);
    for (int begin = 0; begin < r_.n; begin += t_.entries) {
      const int end = std::min(begin + t_.entries, r_.n);
      for (int kt = 0; kt < t_.k_tiles; ++kt) {
        for (int n = begin; n < end; ++n) {
          put_vector(out, r_.b, n, r_.n, kt);
          out.finish();
        }
      }
    }
  }

  void write_outputs(int mt) {
    WordPacker drain(s_.drain), out(s_.out), mask(s_.mask);
    for (int n = 0; n < r_.n; ++n) {
      for (int g = 0; g < t_.groups(mt); ++g) {
        for (int i = 0; i < t_.group_lanes; ++i) {
          write_output(drain, out, mask, mt * t_.lanes + g * t_.group_lanes + i, n);
        }
        drain.finish();
        out.finish();
        if (!r_.mask.empty()) mask.finish();
      }
    }
  }

  void write_output(WordPacker& drain, WordPacker& out, WordPacker& mask, int m, int n) {
    const std::size_t at =
        static_cast<std::size_t>(n) * static_cast<std::size_t>(r_.m) + static_cast<std::size_t>(m);
    const bool pad = m >= r_.m;
    const std::int32_t acc = pad ? pad_[static_cast<std::size_t>(n)] : r_.acc[at];
    drain.put(acc, d_.datapath.accumulator_bits);
    const bool passes = r_.mask.empty() || (!pad && r_.mask[at] != 0);
    if (!r_.mask.empty()) mask.put(passes ? 1 : 0, 1);
    std::int64_t word = 0;
    if (r_.raw) {
      word = passes ? acc : 0;
    } else if (!pad) {
      word = r_.out[at];
    } else if (passes) {
      word = convert_(acc, 0, m, n).word;
    }
    out.put(word, widths::output_bits(d_));
  }

  const Design& d_;
  const GemmRecord& r_;
  Stimulus& s_;
  GemmTiles t_;
  OutputConverter convert_;
  bool vector_scales_;
  std::vector<std::int32_t> pad_;
};

void write_update(const Design& d, const MadamUpdate& unit, const UpdateRecord& r, Stimulus& s) {
  const auto lanes = static_cast<std::size_t>(d.update.lanes);
  const std::size_t words = (r.before.size() + lanes - 1) / lanes;
  WordPacker job(s.update_job);
  job.put(static_cast<std::int64_t>(words), 32);
  job.put(r.settings.gradient_exponent, 16);
  job.put(r.settings.correction, 32);
  job.put(r.settings.step_log2, 32);
  job.put(r.settings.cap, 16);
  if (widths::stochastic_update(d)) {
    job.put(r.settings.noise_key, 32);
    job.put(r.settings.noise_key >> 32, 32);
  }
  job.finish();
  WordPacker in(s.update_in), out(s.update_out);
  for (std::size_t i = 0; i < words * lanes; ++i) {
    const bool pad = i >= r.before.size();
    const MadamState before = pad ? MadamState{} : r.before[i];
    const MadamState after =
        pad ? unit(before, Word{0}, r.settings, static_cast<std::uint32_t>(i)) : r.after[i];
    in.put(before.weight, d.update.bits);
    in.put(pad ? 0 : r.gradient[i], d.format.bits);
    in.put(before.v, d.update.v_bits);
    out.put(after.weight, d.update.bits);
    out.put(after.v, d.update.v_bits);
    if ((i + 1) % lanes != 0) continue;
    in.finish();
    out.finish();
  }
}

}  // namespace

GemmTiles::GemmTiles(const Design& design, int m, int n, int k)
    : lanes(design.datapath.lanes),
      entries(design.collector.entries),
      group_lanes(design.post_processor.lanes),
      m_tiles(divide_up(m, lanes)),
      n_tiles(divide_up(n, entries)),
      k_tiles(widths::vectors_of(design, k)),
      n_last(n - (n_tiles - 1) * entries),
      g_last(divide_up(m - (m_tiles - 1) * lanes, group_lanes)) {}

Stimulus empty_stimulus(const Design& design) {
  Stimulus s;
  for (auto [stream, name] : {std::pair{&s.job, "job"},
                              {&s.a_fill, "a_fill"},
                              {&s.b_fill, "b_fill"},
                              {&s.bias, "bias"},
                              {&s.mask, "mask"},
                              {&s.out, "out"},
                              {&s.update_job, "update_job"},
                              {&s.update_in, "update_in"},
                              {&s.update_out, "update_out"},
                              {&s.drain, "drain"},
                              {&s.row_scale, "row_scale"}}) {
    stream->name = name;
    for (const Channel& c : channels(design)) {
      if (c.name == name) stream->bits = c.bits;
    }
  }
  return s;
}

Stimulus make_stimulus(const Trace& trace) {
  check_traceable(trace.design, "trace of design '" + trace.design.name + "'");
  Stimulus s = empty_stimulus(trace.design);
  for (const GemmRecord& r : trace.gemms) {
    const std::string place = "trace record " + describe(r);
    check_record(trace.design, r, place);
    GemmWriter writer(trace.design, r, s);
    writer.check_fits(place);
    writer.write();
  }
  if (trace.updates.empty()) return s;
  for (const UpdateRecord& r : trace.updates) {
    check_record(trace.design, r, "trace record " + describe(r));
  }
  const MadamUpdate unit(trace.design);
  for (const UpdateRecord& r : trace.updates) write_update(trace.design, unit, r, s);
  return s;
}

OutputPlace output_place(const Trace& trace, std::int64_t out_word) {
  const WordPlace place = word_place(trace, "out", out_word);
  if (!place.found) throw InputError("the trace has no output word " + std::to_string(out_word));
  return {static_cast<std::size_t>(place.gemm), place.n, place.m};
}

}  // namespace napier

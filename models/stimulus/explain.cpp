#include "models/stimulus/explain.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "models/stimulus/word_fields.hpp"
#include "models/trace/record_check.hpp"
#include "models/units/vector_lane.hpp"

namespace napier {
namespace {

/// Who drives valid and data of a channel, and who drives its ready.
struct Ends {
  std::string source, sink;
};

const Ends& ends(const std::string& channel) {
  static const std::map<std::string, Ends> table = {
      {"job", {"host", "sequencer"}},
      {"a_fill", {"host", "operand_buffer A"}},
      {"b_fill", {"host", "operand_buffer B"}},
      {"bias", {"host", "sequencer"}},
      {"mask", {"host", "post_processor"}},
      {"row_scale", {"host", "sequencer"}},
      {"a", {"operand_buffer A", "sequencer"}},
      {"b", {"operand_buffer B", "sequencer"}},
      {"issue", {"sequencer", "vector lanes"}},
      {"sum", {"vector lanes", "accumulation_collector"}},
      {"drain", {"accumulation_collector", "post_processor"}},
      {"out", {"post_processor", "host"}},
      {"update_job", {"host", "madam_update"}},
      {"update_in", {"host", "madam_update"}},
      {"update_out", {"madam_update", "host"}},
  };
  const auto found = table.find(channel);
  if (found == table.end()) throw InternalError("no channel '" + channel + "'");
  return found->second;
}

bool streams_columns(const std::string& channel) {
  return channel == "b_fill" || channel == "b" || channel == "issue" || channel == "sum";
}

/// Words of a channel that one matrix product moves.
std::int64_t gemm_words(const std::string& channel, const GemmTiles& t, const GemmRecord& r) {
  const std::int64_t vectors = std::int64_t{t.m_tiles} * t.k_tiles;
  if (channel == "job") return 1;
  if (channel == "a_fill") return vectors * t.lanes;
  if (channel == "a") return vectors * t.n_tiles;
  if (streams_columns(channel)) return vectors * t.columns();
  if (channel == "bias") return r.bias.empty() ? 0 : std::int64_t{t.m_tiles} * (t.lanes / t.group_lanes);
  if (channel == "row_scale") {
    return r.row_scales.empty() ? 0 : std::int64_t{t.m_tiles} * (t.lanes / t.group_lanes);
  }
  if (channel == "mask") return r.mask.empty() ? 0 : t.out_words();
  return t.out_words();
}

/// Fills in tile, row and column of word `w` of one matrix product.
void place_in_gemm(const std::string& channel, const GemmTiles& t, std::int64_t w, WordPlace& p) {
  const auto split = [](std::int64_t& value, std::int64_t size) {
    const auto quotient = static_cast<int>(value / size);
    value %= size;
    return quotient;
  };
  if (channel == "job") return;
  if (channel == "a_fill") {
    p.mt = split(w, std::int64_t{t.k_tiles} * t.lanes);
    p.kt = split(w, t.lanes);
    p.m = p.mt * t.lanes + static_cast<int>(w);
  } else if (channel == "a") {
    p.mt = split(w, std::int64_t{t.n_tiles} * t.k_tiles);
    p.nt = split(w, t.k_tiles);
    p.kt = static_cast<int>(w);
    p.m = p.mt * t.lanes;
  } else if (channel == "bias" || channel == "row_scale") {
    p.mt = split(w, t.lanes / t.group_lanes);
    p.m = p.mt * t.lanes + static_cast<int>(w) * t.group_lanes;
  } else if (streams_columns(channel)) {
    p.mt = split(w, t.k_tiles * t.columns());
    const std::int64_t full_tile = std::int64_t{t.k_tiles} * t.entries;
    p.nt = static_cast<int>(std::min<std::int64_t>(w / full_tile, t.n_tiles - 1));
    w -= p.nt * full_tile;
    p.kt = split(w, p.nt == t.n_tiles - 1 ? t.n_last : t.entries);
    p.n = p.nt * t.entries + static_cast<int>(w);
    p.m = p.mt * t.lanes;
  } else {
    const std::int64_t full_tile = t.columns() * (t.lanes / t.group_lanes);
    p.mt = static_cast<int>(std::min<std::int64_t>(w / full_tile, t.m_tiles - 1));
    w -= p.mt * full_tile;
    p.n = split(w, t.groups(p.mt));
    p.nt = p.n / t.entries;
    p.m = p.mt * t.lanes + static_cast<int>(w) * t.group_lanes;
  }
}

std::string hex(unsigned value, int digits) {
  std::string text;
  for (int i = digits; i-- > 0;) text += "0123456789abcdef"[value >> (4 * i) & 15];
  return text;
}

std::vector<std::uint8_t> word_of_hex(const std::string& text) {
  std::vector<std::uint8_t> word;
  for (std::size_t i = text.size(); i >= 2; i -= 2) {
    word.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i - 2, 2), nullptr, 16)));
  }
  return word;
}

std::string field_value(const std::string& word_text, const WordField& field) {
  const std::vector<std::uint8_t> word = word_of_hex(word_text);
  std::uint64_t value = 0;
  for (int i = 0; i < field.bits; ++i) {
    const auto bit = static_cast<std::size_t>(field.bit + i);
    if (bit / 8 < word.size()) value |= static_cast<std::uint64_t>(word[bit / 8] >> (bit % 8) & 1) << i;
  }
  const int unused = 64 - field.bits;
  if (field.is_signed) return std::to_string(static_cast<std::int64_t>(value << unused) >> unused);
  return std::to_string(value);
}

constexpr int kPairsShown = 8;

/// "pairs a*b from k = 32: 3f*81 ..." of output (m, n), at most kPairsShown of them.
void write_pairs(std::ostream& out, const GemmRecord& r, int m, int n, int first_k, int count) {
  const int last = std::min(first_k + std::min(count, kPairsShown), r.k);
  out << "  pairs a[" << m << "][k] * b[" << n << "][k], hexadecimal words, k = " << first_k << ".."
      << last - 1 << ":";
  for (int k = first_k; k < last; ++k) {
    const auto at = [&](int row) {
      return static_cast<std::size_t>(row) * static_cast<std::size_t>(r.k) + k;
    };
    out << ' ' << hex(r.a[at(m)], 2) << '*' << hex(r.b[at(n)], 2);
  }
  out << (first_k + count > last && last < r.k ? " ...\n" : "\n");
}

void write_gemm(std::ostream& out, const Trace& trace, const std::string& channel, const WordPlace& p,
                int lane) {
  const GemmRecord& r = trace.gemms[static_cast<std::size_t>(p.gemm)];
  out << "  matrix product " << p.gemm << ": " << describe(r) << ", m " << r.m << ", n " << r.n << ", k "
      << r.k;
  if (p.mt >= 0) out << "; m tile " << p.mt;
  if (p.nt >= 0) out << ", n tile " << p.nt;
  if (p.kt >= 0) out << ", k tile " << p.kt;
  out << '\n';
  if (p.m < 0) return;
  const int m = p.m + lane;
  const bool output = channel == "out" || channel == "drain" || channel == "mask";
  if (p.n >= 0) out << "  column n = " << p.n;
  if (output || channel == "sum" || channel == "bias" || channel == "row_scale" || channel == "a" ||
      channel == "a_fill") {
    out << (p.n >= 0 ? ", row m = " : "  row m = ") << m << (m >= r.m ? " (a pad lane)" : "");
  }
  out << '\n';
  if (m >= r.m || p.n < 0) return;
  const int vector = trace.design.datapath.vector;
  if (channel == "sum") {
    const int first = p.kt * vector;
    write_pairs(out, r, m, p.n, first, vector);
    const auto length = static_cast<std::size_t>(std::min(vector, r.k - first));
    const auto row = [&](const std::vector<Word>& x, int i) {
      return std::span(x).subspan(static_cast<std::size_t>(i) * static_cast<std::size_t>(r.k) + first,
                                  length);
    };
    const int octaves = r.vector_shift(m, widths::vectors_of(trace.design, r.k), p.kt);
    out << "  the exact sum of this vector is "
        << VectorLane(trace.design)(row(r.a, m), row(r.b, p.n), octaves);
    if (octaves > 0) out << ", shifted right by the " << octaves << " octaves of its scale";
    out << '\n';
  } else if (output) {
    const auto at =
        static_cast<std::size_t>(p.n) * static_cast<std::size_t>(r.m) + static_cast<std::size_t>(m);
    write_pairs(out, r, m, p.n, 0, r.k);
    out << "  expected accumulator " << r.acc[at];
    if (!r.bias.empty()) out << ", bias " << r.bias[static_cast<std::size_t>(m)];
    if (!r.mask.empty()) out << ", mask " << int{r.mask[at]};
    out << (r.post.relu ? ", relu" : "") << ", bias_k " << r.post.bias_k;
    if (!r.row_scales.empty()) out << ", row scale " << r.row_scale(m);
    out << (r.raw ? ", raw output" : ", expected word " + hex(r.out[at], 2)) << '\n';
  }
}

void write_update(std::ostream& out, const Trace& trace, const WordPlace& p, int lane) {
  const UpdateRecord& r = trace.updates[static_cast<std::size_t>(p.update)];
  out << "  update " << p.update << ": " << describe(r) << ", " << r.before.size() << " weights, cap "
      << r.settings.cap << ", gradient_exponent " << r.settings.gradient_exponent << ", correction "
      << r.settings.correction << ", step_log2 " << r.settings.step_log2 << '\n';
  if (p.weight < 0) return;
  const auto at = static_cast<std::size_t>(p.weight + lane);
  if (at >= r.before.size()) {
    out << "  weight " << at << " is padding\n";
    return;
  }
  out << "  weight " << at << ": before " << hex(r.before[at].weight, 4) << " v " << r.before[at].v
      << ", gradient " << hex(r.gradient[at], 2) << ", expected after " << hex(r.after[at].weight, 4) << " v "
      << r.after[at].v << '\n';
}

/// First line: cycle, unit, signal, both values. Returns the field that differs (kData).
WordField write_head(std::ostream& out, const Trace& trace, const LogDifference& d) {
  using Kind = LogDifference::Kind;
  out << "cycle " << d.cycle << ", ";
  if (d.kind == Kind::kLength) {
    out << "one run ended before the other: expected " << d.expected << ", actual " << d.actual << '\n';
    return {};
  }
  const bool ready = d.kind == Kind::kReady;
  out << (ready ? ends(d.channel).sink : ends(d.channel).source) << ", channel " << d.channel << ", word "
      << d.word << ": ";
  switch (d.kind) {
    case Kind::kValid:
    case Kind::kReady:
      out << (ready ? "ready" : "valid") << " expected " << d.expected << ", actual " << d.actual << '\n';
      return {};
    case Kind::kExtra:
      out << "the trace has no such word; it is " << d.actual << '\n';
      return {};
    case Kind::kMissing:
      out << "expected " << d.expected << ", but only " << d.actual << " moved\n";
      return {};
    case Kind::kData:
    case Kind::kLength:
      break;
  }
  const std::vector<WordField> fields = word_fields(trace.design, d.channel);
  const auto field = std::ranges::find_if(fields, [&](const WordField& f) { return d.bit < f.bit + f.bits; });
  if (field == fields.end()) throw InternalError("bit past the word of channel " + d.channel);
  out << field->name << " expected " << field_value(d.expected, *field) << ", actual "
      << field_value(d.actual, *field) << "; lowest differing bit " << d.bit - field->bit << " of the field, "
      << d.bit << " of the word\n  expected " << d.expected << "\n  actual   " << d.actual << '\n';
  return *field;
}

}  // namespace

WordPlace word_place(const Trace& trace, const std::string& channel, std::int64_t word) {
  static_cast<void>(ends(channel));
  WordPlace p;
  if (word < 0) return p;
  if (channel.starts_with("update_")) {
    for (std::size_t i = 0; i < trace.updates.size(); ++i) {
      const auto lanes = static_cast<std::int64_t>(trace.design.update.lanes);
      const auto weights = static_cast<std::int64_t>(trace.updates[i].before.size());
      const std::int64_t words = channel == "update_job" ? 1 : (weights + lanes - 1) / lanes;
      if (word < words) {
        p.found = true;
        p.update = static_cast<std::int64_t>(i);
        p.weight = channel == "update_job" ? -1 : word * lanes;
        return p;
      }
      word -= words;
    }
    return p;
  }
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    const GemmRecord& r = trace.gemms[i];
    const GemmTiles tiles(trace.design, r.m, r.n, r.k);
    const std::int64_t words = gemm_words(channel, tiles, r);
    if (word < words) {
      p.found = true;
      p.gemm = static_cast<std::int64_t>(i);
      place_in_gemm(channel, tiles, word, p);
      return p;
    }
    word -= words;
  }
  return p;
}

std::string explain(const Trace& trace, const LogDifference& difference) {
  std::ostringstream out;
  const WordField field = write_head(out, trace, difference);
  if (difference.channel.empty()) return out.str();
  const WordPlace place = word_place(trace, difference.channel, difference.word);
  if (!place.found) {
    out << "  after the last word of this channel\n";
  } else if (place.update >= 0) {
    write_update(out, trace, place, field.index);
  } else {
    write_gemm(out, trace, difference.channel, place, field.index);
  }
  return out.str();
}

}  // namespace napier

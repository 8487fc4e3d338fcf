#include "explore/ladder/handshakes.hpp"

#include <algorithm>

#include "explore/ladder/proof_texts.hpp"
#include "models/base/error.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/emit_design.hpp"

namespace napier::explore::ladder {
namespace {

constexpr const char* kNothingLost =
    "no word lost, doubled, overtaken or changed; valid and data stable until ready";

/// The design with the shortest words and small buffers; pipelines, groups and options stay.
Design small_words(Design d) {
  d.name += "_small";
  d.datapath.vector = 1;
  d.datapath.lanes = 2;
  d.post_processor.lanes = 1;
  d.datapath.accumulator_bits = 8;
  d.collector.entries = std::min(d.collector.entries, 3);
  d.buffers.a_rows = 2;
  d.buffers.b_words = std::min(d.buffers.b_words, 4);
  if (widths::is_lns(d)) {
    d.format.bits = 4;
    d.format.gamma_log2 = std::min(d.format.gamma_log2, 1);
    d.datapath.term_bits = 2;
    if (d.datapath.style != ConversionStyle::kPerElement) d.datapath.lut_bits = 0;
    d.pipeline.scale = Pipeline().scale;
    if (widths::lane_latency(d) < 1) d.pipeline.reduce = 1;
  }
  if (d.update.kind == UpdateKind::kMadam) {
    d.update.lanes = 1;
    d.update.bits = 4;
    d.update.v_bits = 10;
    d.update.v_fraction = 4;
    d.update.beta = 0.95;
  }
  return parse_design(resolved_yaml(d), d.name);
}

class Maker {
 public:
  explicit Maker(const Design& design)
      : design_(design), values_(rtl::design_values(design)), files_(rtl::emit_design(design)) {
    values_["entries_small"] = std::to_string(design.collector.entries);
  }

  void add(const std::string& name, const std::string& states, const std::vector<std::string>& modules,
           std::string_view text, int depth, bool slow = false) {
    rtl::Values values = values_;
    values["depth"] = std::to_string(depth);
    values["patience"] = "Patience";
    Handshake h;
    h.name = name;
    h.states = states;
    h.slow = slow;
    for (const rtl::EmittedFile& file : files_) {
      const std::string stem = file.path.stem().string();
      for (const std::string& module : modules) {
        if (stem == "napier_" + module) h.files.push_back(file);
      }
    }
    h.proof = rtl::expand(embedded::proof_follow_sv, values) + rtl::expand(text, values);
    all_.push_back(std::move(h));
  }

  std::vector<Handshake> take() { return std::move(all_); }

 private:
  Design design_;
  rtl::Values values_;
  std::vector<rtl::EmittedFile> files_;
  std::vector<Handshake> all_;
};

}  // namespace

std::vector<Handshake> handshakes_of(const Design& design) {
  const Design d = small_words(design);
  Maker maker(d);
  const bool madam = d.update.kind == UpdateKind::kMadam;
  std::vector<int> depths = {2, d.pipeline.post_process + 2};
  if (madam) depths.push_back(d.pipeline.update + 2);
  std::sort(depths.begin(), depths.end());
  depths.erase(std::unique(depths.begin(), depths.end()), depths.end());
  for (const int depth : depths) {
    maker.add("queue of " + std::to_string(depth),
              std::string(kNothingLost) + "; empty and full exactly where it is", {"queue"},
              embedded::proof_queue_sv, depth);
  }
  maker.add("operand_buffer_b", std::string(kNothingLost) + "; offered within 2 cycles, room never refused",
            {"operand_buffer_b"}, embedded::proof_operand_buffer_b_sv, d.buffers.b_words);
  maker.add("operand_buffer_a", "each row offered once a pass, in order, unchanged; stable until ready",
            {"operand_buffer_a"}, embedded::proof_operand_buffer_a_sv, d.buffers.a_rows, true);
  maker.add("sequencer",
            "each vector of B issued once, in order, with its entry and flags; each tile of A taken once",
            {"sequencer", "queue"}, embedded::proof_sequencer_sv, 2);
  maker.add("post_processor", std::string(kNothingLost),
            {"post_processor", "post_processor_lane", "queue", "rounding_keys", "rounding_noise"},
            embedded::proof_post_processor_sv, d.pipeline.post_process + 2);
  if (madam && d.format.zero == ZeroCode::kReserved) {
    maker.add("madam_update", std::string(kNothingLost) + "; as many words as the job says",
              {"madam_update", "madam_update_lane", "queue"}, embedded::proof_madam_update_sv,
              d.pipeline.update + 2, true);
  }
  return maker.take();
}

}  // namespace napier::explore::ladder

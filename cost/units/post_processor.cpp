#include "cost/units/post_processor.hpp"

#include <algorithm>

#include "cost/units/sampling.hpp"
#include "models/design/widths.hpp"
#include "models/units/output_converter.hpp"

namespace napier::cost {
namespace {

constexpr int kRun = 32;  // outputs in one run

/// All outputs of the trace, one record after another.
class Outputs {
 public:
  explicit Outputs(const Trace& trace) : trace_(trace) {
    for (const GemmRecord& r : trace.gemms) first_.push_back(first_.back() + std::int64_t{r.n} * r.m);
  }
  std::int64_t count() const { return first_.back(); }
  struct Place {
    const GemmRecord* record;
    std::int64_t index;  // n * m_count + m
  };
  Place operator[](std::int64_t place) const {
    const auto after = std::upper_bound(first_.begin(), first_.end(), place);
    const auto gemm = static_cast<std::size_t>(after - first_.begin() - 1);
    return {&trace_.gemms[gemm], place - first_[gemm]};
  }

 private:
  const Trace& trace_;
  std::vector<std::int64_t> first_{0};
};

/// Output `index` of a record, as the lane sees it.
struct Output {
  int row, column;
  Output(const GemmRecord& record, std::size_t index)
      : row(static_cast<int>(index % static_cast<std::size_t>(record.m))),
        column(static_cast<int>(index / static_cast<std::size_t>(record.m))) {}
};

std::uint64_t expected_word(const OutputConverter& exact, const GemmRecord& record, std::size_t index) {
  const bool keep = record.mask.empty() || record.mask[index] != 0;
  if (!keep) return 0;
  if (record.raw) return static_cast<std::uint64_t>(std::int64_t{record.acc[index]});
  const Output output(record, index);
  return exact(record.acc[index], record.row_scale(output.row), output.row, output.column).word;
}

}  // namespace

GateStimulus post_processor_stimulus(const Design& design, const Trace& trace, std::int64_t runs) {
  const bool stochastic = widths::is_stochastic(design);
  OutputConverter exact(design, {});
  const int stages = design.pipeline.post_process - 1;
  const int acc_bits = design.datapath.accumulator_bits;
  const int word_bits = widths::output_bits(design);
  GateStimulus s;
  s.inputs = {{"relu_i", 1}, {"raw_i", 1}, {"bias_k_i", 16}, {"acc_i", acc_bits}, {"keep_i", 1}};
  if (stochastic) s.inputs.push_back({"random_i", widths::kRandomBits});
  if (stages > 0) s.inputs.push_back({"stage_en_i", stages});
  s.outputs = {{"word_o", word_bits}};
  const auto lead = static_cast<std::size_t>(stages);
  const Outputs outputs(trace);
  for (const std::int64_t place : sample_places(outputs.count(), runs)) {
    const auto [record, start] = outputs[place];
    exact.use(record->post);
    const RoundingNoise noise(record->post.random_key);
    const std::int64_t total = std::int64_t{record->n} * record->m;
    const std::size_t begin = s.drive.size();
    std::size_t index = 0;
    for (int i = 0; i < kRun + stages; ++i) {
      // The last `stages` cycles only let the run's words out, before the settings change.
      if (i < kRun) {
        index = static_cast<std::size_t>((start + std::int64_t{i} * design.post_processor.lanes) % total);
      }
      const bool keep = record->mask.empty() || record->mask[index] != 0;
      const Output output(*record, index);
      const std::int64_t bias_k = record->post.bias_k + record->row_scale(output.row);
      std::vector<Bits> cycle = {
          Bits{record->post.relu}, Bits{record->raw}, to_bits(static_cast<std::uint64_t>(bias_k), 16),
          to_bits(static_cast<std::uint64_t>(std::int64_t{record->acc[index]}), acc_bits), Bits{keep}};
      if (stochastic) {
        const std::uint32_t random = rounding_bits(noise(noise_index(output.row, output.column)));
        cycle.push_back(to_bits(random, widths::kRandomBits));
      }
      if (stages > 0) cycle.push_back(Bits(lead, true));
      s.drive.push_back(std::move(cycle));
      s.expect.resize(begin + static_cast<std::size_t>(i) + lead + 1, {std::nullopt});
      if (i < kRun) s.expect.back() = {to_bits(expected_word(exact, *record, index), word_bits)};
    }
    s.expect.resize(s.drive.size());
    s.windows.push_back({static_cast<std::int64_t>(begin + lead), kRun - stages, 0, double(kRun - stages)});
  }
  return s;
}

}  // namespace napier::cost

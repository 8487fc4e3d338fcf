#pragma once
#include <deque>
#include <memory>

#include "models/accelerator/dram_timing.hpp"
#include "models/design/design.hpp"
#include "sim/activity.hpp"
#include "sim/bank_messages.hpp"
#include "sim/channel.hpp"
#include "sim/host.hpp"

namespace napier::sim {

/// When the external memory takes requests and answers them; a DRAM simulator may stand behind this.
/// Contract: answers come in the order of the reads (an adapter reorders, where its simulator does not), and
/// ready() and answers() depend on earlier cycles alone. Cycles are those of the accelerator's clock.
class DramModel {
 public:
  virtual ~DramModel() = default;
  /// Whether a request may fire in `cycle`. Asked once a cycle, in order, cycle 0 first.
  virtual bool ready(std::uint64_t cycle) = 0;
  /// A request for the beat at `address` fires in `cycle`.
  virtual void request(std::uint64_t cycle, std::uint64_t address, bool write) = 0;
  /// Whether the data of the oldest read that has not been answered may be offered in `cycle`; asked at most
  /// once a cycle, and after `true` about the next one.
  virtual bool answers(std::uint64_t cycle) = 0;
  virtual std::vector<Event> events() const { return {}; }
};

/// Banks with an open row, a latency and an interval. docs/accelerator.md, External memory.
class SimpleDram : public DramModel {
 public:
  explicit SimpleDram(const MemoryParameters& memory);
  bool ready(std::uint64_t cycle) override { return timing_.ready(cycle); }
  void request(std::uint64_t cycle, std::uint64_t address, bool write) override;
  bool answers(std::uint64_t cycle) override;
  std::vector<Event> events() const override;

 private:
  DramTiming timing_;
  std::deque<std::uint64_t> answers_;  ///< first cycle of each read's data
};

/// The external memory: its contents, behind a model of its times.
class Dram : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Dram);
  /// `contents`: dram_bits / 8 bytes a beat. The channel numbers are those of host_stalls.
  Dram(sc_core::sc_module_name name, const Design& design, std::vector<std::uint8_t> contents,
       std::unique_ptr<DramModel> model, const HostStalls& stalls, unsigned request_channel,
       unsigned answer_channel);

  sc_core::sc_in_clk clock{"clock"};
  SinkEnd<MemoryBeat> request;
  SourceEnd<MemoryBeat> answer;

  const std::vector<std::uint8_t>& contents() const { return contents_; }
  const DramModel& model() const { return *model_; }
  void dump(std::ostream& os) const;

 private:
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }

  std::size_t beat_bytes_;
  std::vector<std::uint8_t> contents_;
  std::unique_ptr<DramModel> model_;
  HostStalls stalls_;
  unsigned request_channel_, answer_channel_;
  std::uint64_t cycle_ = 0;
  std::deque<PackedWord> reads_;  ///< data of reads not answered yet
  std::array<MemoryBeat, 2> beat_;
  int shown_ = 0;
  bool offered_ = false;
  bool due_ = false;  ///< the model lets the oldest read be answered, a stall holds it back
};

}  // namespace napier::sim

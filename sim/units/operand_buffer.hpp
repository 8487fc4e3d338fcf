#pragma once
#include <array>
#include <vector>

#include "sim/activity.hpp"
#include "sim/channel.hpp"
#include "sim/messages.hpp"

namespace napier::sim {

/// Operand memory with one output register: `rows` rows of `banks` vectors. Buffer A replays its rows for
/// each n tile; buffer B is a first-in first-out queue. Contract: docs/microarchitecture.md, operand_buffer.
class OperandBuffer : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(OperandBuffer);
  struct Shape {
    int banks, rows;
    int vector;  ///< operand words in a bank's row, a vector's scale included
    bool replay;
  };
  OperandBuffer(sc_core::sc_module_name name, const Shape& shape);

  sc_core::sc_in_clk clock{"clock"};
  SinkEnd<Word> fill;
  SourceEnd<Word> out;
  /// Bound where the buffer replays.
  sc_core::sc_port<sc_core::sc_signal_in_if<Control>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> control{"control"};

  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }
  void take_fill(const Word* word);
  void load_row(bool last_pass);

  Shape shape_;
  std::size_t word_, row_;  // words of a vector, of a row
  std::vector<Word> memory_;
  std::array<std::vector<Word>, 2> output_;  // shown one and spare one
  int shown_ = 0;
  bool valid_ = false;
  int wr_bank_ = 0, wr_row_ = 0, complete_ = 0;
  int base_ = 0, offset_ = 0, window_ = 1, pass_ = 0, repeat_ = 1, tiles_left_ = 0;
  bool active_;
  std::vector<Word> last_fill_;
  std::int64_t writes_ = 0, reads_ = 0, write_toggles_ = 0, output_toggles_ = 0;
};

}  // namespace napier::sim

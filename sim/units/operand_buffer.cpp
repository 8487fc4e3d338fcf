#include "sim/units/operand_buffer.hpp"

#include <algorithm>

namespace napier::sim {

OperandBuffer::OperandBuffer(sc_core::sc_module_name name, const Shape& shape)
    : sc_module(name),
      shape_(shape),
      word_(static_cast<std::size_t>(shape.vector)),
      row_(word_ * static_cast<std::size_t>(shape.banks)),
      memory_(row_ * static_cast<std::size_t>(shape.rows)),
      active_(!shape.replay),
      last_fill_(word_) {
  output_.fill(std::vector<Word>(row_));
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void OperandBuffer::edge() {
  const bool fills = fill.fires();
  const bool fires = out.fires();
  const bool start = shape_.replay && control->read().start;
  const bool last_pass = pass_ == repeat_ - 1;
  const bool load = (!valid_ || fires) && active_ && (last_pass ? complete_ > 0 : offset_ < complete_);
  if (load) {
    load_row(last_pass);
  } else if (fires) {
    valid_ = false;
  }
  if (start) {
    const Job& job = control->read().job;
    window_ = job.k_tiles;
    repeat_ = job.n_tiles;
    tiles_left_ = job.m_tiles;
    active_ = true;
    offset_ = pass_ = 0;
  }
  if (fills) take_fill(fill.data());
  publish();
}

void OperandBuffer::publish() {
  fill.ready->write(complete_ < shape_.rows);
  out.offer->write({valid_, output_[static_cast<std::size_t>(shown_)].data()});
}

void OperandBuffer::take_fill(const Word* word) {
  const std::size_t row = static_cast<std::size_t>(wr_row_) * row_;
  std::copy_n(word, word_, &memory_[row + static_cast<std::size_t>(wr_bank_) * word_]);
  ++writes_;
  write_toggles_ += hamming({word, word_}, last_fill_);
  std::copy_n(word, word_, last_fill_.data());
  if (++wr_bank_ < shape_.banks) return;
  wr_bank_ = 0;
  wr_row_ = wr_row_ + 1 == shape_.rows ? 0 : wr_row_ + 1;
  ++complete_;
}

void OperandBuffer::load_row(bool last_pass) {
  int row = last_pass ? base_ : base_ + offset_;
  if (row >= shape_.rows) row -= shape_.rows;
  const Word* source = &memory_[static_cast<std::size_t>(row) * row_];
  std::vector<Word>& next = output_[static_cast<std::size_t>(1 - shown_)];
  std::copy_n(source, row_, next.data());
  output_toggles_ += hamming(next, output_[static_cast<std::size_t>(shown_)]);
  shown_ = 1 - shown_;
  valid_ = true;
  ++reads_;
  ++offset_;
  if (last_pass) {
    base_ = base_ + 1 == shape_.rows ? 0 : base_ + 1;
    --complete_;
  }
  if (offset_ < window_) return;
  offset_ = 0;
  if (++pass_ < repeat_) return;
  pass_ = 0;
  if (shape_.replay && --tiles_left_ == 0) active_ = false;
}

std::vector<Event> OperandBuffer::events() const {
  const std::string component = basename();
  return {{component, "writes", writes_, "words"},
          {component, "reads", reads_, "rows"},
          {component, "write_toggles", write_toggles_, "bits"},
          {component, "output_toggles", output_toggles_, "bits"}};
}

void OperandBuffer::dump(std::ostream& os) const {
  os << basename() << ": wr_bank=" << wr_bank_ << " wr_row=" << wr_row_ << " complete=" << complete_
     << " base=" << base_ << " offset=" << offset_ << '/' << window_ << " pass=" << pass_ << '/' << repeat_
     << " tiles_left=" << tiles_left_ << " active=" << active_ << " out_valid=" << valid_ << '\n';
}

}  // namespace napier::sim

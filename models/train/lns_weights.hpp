#pragma once
#include <vector>

#include "models/train/madam_tensor.hpp"
#include "models/train/weights.hpp"

namespace napier {

/// Weights in the Madam unit: words of `update.bits` with a scale fixed at the start, 2^(k/gamma) the
/// smallest on the grid not below 3 RMS of the initial tensor, and a cap, the largest code not above 3 RMS.
/// format.scale_group channel, vector: such a scale for each group, from its own RMS, and as the cap the
/// largest code, so that one update job still serves the tensor.
class LnsWeights : public Weights {
 public:
  LnsWeights(const Design& design, const MadamParameters& madam, std::span<const float> initial, int rows,
             int layer, const Parallel& threads);
  std::span<const Word> operands() const override { return operands_; }
  int scale() const override { return scale_; }
  std::int64_t underflows() const override { return underflows_; }
  void update(std::span<const Word> gradient, int k, const StepSettings& settings,
              UpdateRecord* record) override;
  void exchange(StateArchive& archive) override;

  int cap() const { return cap_; }
  std::span<const UpdateWord> update_words() const override { return words_; }
  std::span<const UpdateWord> words() const { return words_; }

 private:
  void make_operands();
  /// Of the step, for this tensor; 0 where rounding is nearest.
  std::int64_t noise_key(std::int64_t step) const;
  Design design_;
  MadamParameters madam_;
  int layer_;
  const Parallel& threads_;
  MadamTensor unit_;
  std::vector<Word> operand_of_;  ///< by update word
  int scale_ = 0;
  int cap_ = 0;
  std::vector<UpdateWord> words_;
  std::vector<std::int32_t> v_;
  std::vector<Word> operands_;
  std::int64_t underflows_ = 0;
};

}  // namespace napier

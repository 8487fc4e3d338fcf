#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/design/design.hpp"
#include "models/format/lns_format.hpp"
#include "models/train/experiment.hpp"
#include "models/train/group_scales.hpp"
#include "models/train/step_report.hpp"

namespace napier {

class StateArchive;
struct UpdateRecord;

/// One layer's weights, wherever they live: the operands of its matrix products, and their update.
class Weights {
 public:
  virtual ~Weights() = default;
  /// Operand words, in the order of the initial values, and their scale exponent.
  virtual std::span<const Word> operands() const = 0;
  virtual int scale() const = 0;
  /// Of groups of weights, relative to scale().
  const GroupScales& groups() const { return groups_; }
  /// Weights that are not zero but whose operand is.
  virtual std::int64_t underflows() const = 0;
  /// Moves the weights by gradient words of scale exponent k; InputError, naming tensor and step, where they
  /// stand for numbers that the kind of update cannot hold. Fills `record`, where there is one, with the
  /// unit's states (step and layer are the caller's).
  virtual void update(std::span<const Word> gradient, int k, const StepSettings& settings,
                      UpdateRecord* record) = 0;
  /// Weights as a Madam unit stores them, words of update.bits; empty where they are kept otherwise.
  virtual std::span<const std::uint16_t> update_words() const { return {}; }
  virtual void exchange(StateArchive& archive) = 0;

 protected:
  GroupScales groups_;
};

/// The value of one unit of an accumulator, for weights times operands of scale k_b: one for all rows, or one
/// a row.
std::vector<double> row_units(const Design& design, const Weights& weights, int k_b);

/// The operands on one scale, as the input gradient's product needs them, which sums over the rows: exponent
/// codes are lowered by the groups' offsets, exactly; what falls below code 1 becomes zero (zero: none: code
/// 0). Without groups the operands themselves. Adds the words that became zero to `underflows`.
std::span<const Word> on_one_scale(const Design& design, const Weights& weights, std::vector<Word>& scratch,
                                   std::int64_t& underflows);

/// Weights as the design's update.kind keeps them:
///   madam:         logarithms of update.bits in the Madam unit;
///   host:          FP32, quantised to operands anew in each step;
///   rounded:       logarithms of update.bits, each step made in FP32 by host.rule and rounded;
///   integer_madam: integers of update.bits - 1 bits, a fixed table their magnitudes.
/// `layer` counts the network's weight tensors from 0: it tells their random numbers apart where rounding is
/// stochastic, and names them in messages. `rows`: output channels, each a row of initial.size() / rows
/// weights. InputError for initial weights that are not finite, or that are all zero where Madam moves them.
std::unique_ptr<Weights> make_weights(const Design& design, const OptimizerParameters& optimizer,
                                      std::span<const float> initial, int rows, int layer,
                                      const Parallel& threads);

}  // namespace napier

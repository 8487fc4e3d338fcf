#include "models/nn/residual.hpp"

#include "models/base/error.hpp"
#include "models/nn/rows.hpp"

namespace napier::nn {
namespace {

template <class Real>
Tensor<Real> sum(Tensor<Real> a, const Tensor<Real>& b, const Parallel& threads) {
  for_numbers(a.size(), threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) a[i] += b[i];
  });
  return a;
}

}  // namespace

template <class Real>
Residual<Real>::Residual(const Builder<Real>& builder, const std::string& name, Sequence<Real> branch,
                         Sequence<Real> shortcut)
    : threads_(builder.threads), branch_(std::move(branch)), shortcut_(std::move(shortcut)) {
  if (branch_.output() != shortcut_.output()) {
    throw InputError(name + ": branch and shortcut of a residual block give tensors of different shapes");
  }
}

template <class Real>
Tensor<Real> Residual<Real>::forward(Tensor<Real> x, Mode mode) {
  Tensor<Real> branch = branch_.forward(x, mode);
  const Tensor<Real> shortcut = shortcut_.forward(std::move(x), mode);
  return sum(std::move(branch), shortcut, threads_);
}

template <class Real>
Tensor<Real> Residual<Real>::backward(Tensor<Real> dy) {
  Tensor<Real> branch = branch_.backward(dy);
  const Tensor<Real> shortcut = shortcut_.backward(std::move(dy));
  if (branch.size() != shortcut.size()) throw InternalError("the sides of a residual block differ in size");
  return sum(std::move(branch), shortcut, threads_);
}

template <class Real>
void Residual<Real>::exchange(StateArchive& archive) {
  branch_.exchange(archive);
  shortcut_.exchange(archive);
}

template class Residual<float>;
template class Residual<double>;

}  // namespace napier::nn

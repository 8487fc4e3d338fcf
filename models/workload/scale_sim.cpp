// Topology files of SCALE-Sim (Samajdar et al. 2020), version 2: one heading line, then one layer a line,
// each field followed by a comma. Matrix products: name, M, N, K. Convolutions: name, rows and columns of the
// image, rows and columns of the kernel, channels, filters, stride (or strides down and across); padding is
// part of the image, and a last patch that hangs over the edge counts: ceil((image - kernel) / stride) + 1
// patches. A convolution whose name has "DP" in it is depthwise: each channel by itself, with `filters`
// filters.
#include <algorithm>
#include <sstream>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/config/scalar.hpp"
#include "models/workload/checked.hpp"
#include "models/workload/workload_file.hpp"

namespace napier {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Fields of a line, without the empty one behind the last comma.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) fields.push_back(trimmed(field));
  while (!fields.empty() && fields.back().empty()) fields.pop_back();
  return fields;
}

class Topology {
 public:
  explicit Topology(const std::filesystem::path& file) : file_(file.string()) {
    workload_.name = file.stem().string();
  }

  Workload read() {
    std::istringstream lines(read_file(file_));
    bool heading = true;
    for (std::string line; std::getline(lines, line);) {
      ++line_;
      const std::vector<std::string> fields = fields_of(line);
      if (fields.empty()) continue;
      if (heading) {
        read_heading(fields);
        heading = false;
        continue;
      }
      workload_.layers.push_back(products_ ? product(fields) : convolution(fields));
      check_layer(workload_.layers.back(), 1, place());
    }
    check_names(workload_, "'" + file_ + "'");
    return std::move(workload_);
  }

 private:
  std::string place() const { return file_ + ":" + std::to_string(line_); }

  void read_heading(const std::vector<std::string>& fields) {
    const std::size_t columns = fields.size();
    const auto is = [&](std::size_t i, const std::string& name) { return fields[i] == name; };
    products_ = columns == 4 && is(1, "M") && is(2, "N") && is(3, "K");
    if (products_ || ((columns == 8 || columns == 9) && fields[1].find("IFMAP") != std::string::npos)) return;
    throw InputError(place() + ": this heading is no SCALE-Sim topology's; expected 'Layer, M, N, K,' or " +
                     "'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, " +
                     "Num Filter, Strides,'");
  }

  std::vector<std::int64_t> numbers(const std::vector<std::string>& fields, std::size_t least,
                                    std::size_t most) const {
    if (fields.size() < least || fields.size() > most) {
      throw InputError(place() + ": " + std::to_string(fields.size()) + " fields; the heading asks for " +
                       std::to_string(least));
    }
    std::vector<std::int64_t> result;
    for (std::size_t i = 1; i < fields.size(); ++i) {
      const auto number = config::to_integer(fields[i]);
      if (!number || *number < 1) {
        throw InputError(place() + ": field " + std::to_string(i + 1) + " is '" + fields[i] +
                         "'; write a whole number of at least 1");
      }
      result.push_back(*number);
    }
    return result;
  }

  /// C[M][N] = A[M][K] B[K][N]: M vectors through a layer of K inputs and N outputs.
  WorkloadLayer product(const std::vector<std::string>& fields) const {
    const std::vector<std::int64_t> size = numbers(fields, 4, 4);
    WorkloadLayer layer;
    layer.name = fields[0];
    layer.rows = size[0];
    layer.outputs = size[1];
    layer.inputs = size[2];
    return layer;
  }

  WorkloadLayer convolution(const std::vector<std::string>& fields) const {
    const std::vector<std::int64_t> size = numbers(fields, 8, 9);
    WorkloadLayer layer;
    layer.name = fields[0];
    layer.kind = LayerKind::kConvolution;
    layer.image = {size[0], size[1]};
    layer.kernel = {size[2], size[3]};
    layer.inputs = size[4];
    layer.outputs = size[5];
    layer.stride = {size[6], size.back()};
    for (const std::size_t axis : {std::size_t{0}, std::size_t{1}}) {
      const std::int64_t rest = layer.image[axis] - layer.kernel[axis];
      if (rest > 0)
        layer.padding[2 + axis] = (layer.stride[axis] - rest % layer.stride[axis]) % layer.stride[axis];
    }
    if (fields[0].find("DP") != std::string::npos) {
      layer.groups = layer.inputs;
      layer.outputs = checked_product({layer.outputs, layer.inputs}, place() + ": number of outputs");
    }
    return layer;
  }

  std::string file_;
  std::int64_t line_ = 0;
  bool products_ = false;
  Workload workload_;
};

}  // namespace

Workload read_scale_sim(const std::filesystem::path& file) { return Topology(file).read(); }

}  // namespace napier

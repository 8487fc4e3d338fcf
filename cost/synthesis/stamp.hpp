#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace napier::cost {

/// Says that the results of one step lie in a folder, and of which inputs: a file NAME.stamp with the digest
/// of all inputs, written after the results. Work that was interrupted has no stamp and is done again.
class Stamp {
 public:
  Stamp(std::filesystem::path folder, std::string_view name, std::string_view inputs);
  bool holds() const;
  void set() const;

 private:
  std::filesystem::path file_;
  std::string digest_;
};

}  // namespace napier::cost

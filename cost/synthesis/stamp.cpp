#include "cost/synthesis/stamp.hpp"

#include "models/base/digest.hpp"
#include "models/base/files.hpp"

namespace napier::cost {

Stamp::Stamp(std::filesystem::path folder, std::string_view name, std::string_view inputs)
    : file_(std::move(folder) / (std::string(name) + ".stamp")), digest_(sha256(inputs)) {}

bool Stamp::holds() const { return std::filesystem::exists(file_) && read_file(file_) == digest_; }

void Stamp::set() const { write_file(file_, digest_); }

}  // namespace napier::cost

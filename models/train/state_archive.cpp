#include "models/train/state_archive.hpp"

#include "models/base/error.hpp"

namespace napier {

void StateArchive::refuse(const std::string& why) const {
  throw InputError("checkpoint '" + source_ + "' " + why + "; remove the output folder and start again");
}

void StateArchive::copy(void* field, std::size_t size) {
  if (!restoring_) {
    bytes_.append(static_cast<const char*>(field), size);
    return;
  }
  if (size > bytes_.size() - position_) refuse("ends too early");
  std::memcpy(field, bytes_.data() + position_, size);
  position_ += size;
}

std::uint64_t StateArchive::begin_list(std::string_view name, std::uint64_t element_bytes,
                                       std::uint64_t count) {
  std::uint64_t length = name.size();
  copy(&length, sizeof length);
  if (length != name.size()) refuse("does not hold '" + std::string(name) + "' where it should");
  std::string stored(name);
  copy(stored.data(), stored.size());
  std::uint64_t stored_bytes = element_bytes;
  copy(&stored_bytes, sizeof stored_bytes);
  copy(&count, sizeof count);
  if (stored != name || stored_bytes != element_bytes) {
    refuse("does not hold '" + std::string(name) + "' where it should");
  }
  if (restoring_ && count > (bytes_.size() - position_) / element_bytes) refuse("ends too early");
  return count;
}

void StateArchive::begin(std::string_view name, std::uint64_t element_bytes, std::uint64_t count) {
  if (begin_list(name, element_bytes, count) != count) {
    refuse("holds '" + std::string(name) + "' of another size");
  }
}

void StateArchive::finish() const {
  if (restoring_ && position_ != bytes_.size()) refuse("is longer than it should be");
}

}  // namespace napier

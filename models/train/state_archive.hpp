#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace napier {

/// The state of a training run as bytes. One function, exchange(), both saves and restores a part: it names
/// each field in turn, and the archive copies it out or in. Fields have to come back in the same order under
/// the same name and size, else InputError.
class StateArchive {
 public:
  /// For saving.
  StateArchive() = default;
  /// For restoring; `source` names the file in messages.
  StateArchive(std::string bytes, std::string source)
      : bytes_(std::move(bytes)), source_(std::move(source)), restoring_(true) {}

  template <class T>
  void value(std::string_view name, T& field) {
    static_assert(std::is_trivially_copyable_v<T>);
    begin(name, sizeof(T), 1);
    copy(&field, sizeof(T));
  }

  /// A list whose length is fixed by the experiment: restoring checks it.
  template <class List>
  void fixed_list(std::string_view name, List& list) {
    begin(name, sizeof(typename List::value_type), list.size());
    for (auto& element : list) copy(&element, sizeof element);
  }

  /// A list of any length (vector, deque, string).
  template <class List>
  void list(std::string_view name, List& list) {
    const std::uint64_t count = begin_list(name, sizeof(typename List::value_type), list.size());
    list.resize(static_cast<std::size_t>(count));
    for (auto& element : list) copy(&element, sizeof element);
  }

  const std::string& bytes() const { return bytes_; }
  /// After restoring: every byte was used, else InputError.
  void finish() const;

 private:
  void begin(std::string_view name, std::uint64_t element_bytes, std::uint64_t count);
  std::uint64_t begin_list(std::string_view name, std::uint64_t element_bytes, std::uint64_t count);
  void copy(void* field, std::size_t size);
  [[noreturn]] void refuse(const std::string& why) const;

  std::string bytes_;
  std::string source_;
  std::size_t position_ = 0;
  bool restoring_ = false;
};

}  // namespace napier

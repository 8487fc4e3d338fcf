// NumPy's file format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <regex>
#include <type_traits>

#include "models/base/error.hpp"
#include "models/interop/array_formats.hpp"

namespace napier::interop {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied as they lie in memory");

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kAlignment = 64;  // of the first element, as numpy.save does

template <class T>
std::string_view descriptor() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return "|u1";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "<u2";
  if constexpr (std::is_same_v<T, std::int32_t>) return "<i4";
  if constexpr (std::is_same_v<T, std::int64_t>) return "<i8";
  if constexpr (std::is_same_v<T, float>) return "<f4";
  if constexpr (std::is_same_v<T, double>) return "<f8";
}

std::string shape_tuple(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (const std::int64_t size : shape) text += std::to_string(size) + ", ";
  if (shape.size() > 1) text.resize(text.size() - 2);
  if (shape.size() == 1) text.resize(text.size() - 1);
  return text + ")";
}

std::string header(std::string_view type, const std::vector<std::int64_t>& shape) {
  std::string text =
      "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': " + shape_tuple(shape) + ", }";
  const std::size_t before = kMagic.size() + 4;
  text.resize((before + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment - before, ' ');
  text.back() = '\n';
  std::string bytes(kMagic);
  bytes += '\x01';
  bytes += '\0';
  bytes += static_cast<char>(text.size() & 255);
  bytes += static_cast<char>(text.size() >> 8);
  return bytes + text;
}

/// What a header says.
struct Header {
  std::string type;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::size_t size = 0;  ///< bytes before the first element
};

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& name, const std::string& place)
      : bytes_(bytes), name_(name), place_(place) {}

  Array read() const {
    const Header head = read_header();
    if (head.fortran_order && head.shape.size() > 1) {
      refuse("is stored in Fortran order; save numpy.ascontiguousarray(x)");
    }
    Array array{.name = name_, .shape = head.shape, .values = {}, .unit = "", .meaning = ""};
    const bool known = fill<std::uint8_t>(head, array) || fill<std::uint16_t>(head, array) ||
                       fill<std::int32_t>(head, array) || fill<std::int64_t>(head, array) ||
                       fill<float>(head, array) || fill<double>(head, array) || fill_text(head, array);
    if (!known) {
      refuse("has elements of type " + head.type +
             "; save float32, float64, uint8, uint16, int32 or int64, for instance x.astype('float32')");
    }
    return array;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw InputError("array '" + name_ + "' of " + place_ + " " + why);
  }

  Header read_header() const {
    if (!bytes_.starts_with(kMagic) || bytes_.size() < kMagic.size() + 4) {
      refuse("is no NumPy array: its first bytes are not those of numpy.save");
    }
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes_[i]); };
    const int version = byte(6);
    if (version < 1 || version > 3)
      refuse("has version " + std::to_string(version) + " of NumPy's format; 1 to 3 are known");
    const std::size_t width = version == 1 ? 2 : 4;
    std::size_t length = 0;
    for (std::size_t i = 0; i < width && 8 + i < bytes_.size(); ++i) {
      length |= static_cast<std::size_t>(byte(8 + i)) << (8 * i);
    }
    Header head;
    head.size = 8 + width + length;
    if (head.size > bytes_.size()) refuse("is truncated within its header; save it again");
    parse(std::string(bytes_.substr(8 + width, length)), head);
    return head;
  }

  void parse(const std::string& text, Header& head) const {
    static const std::regex pattern(
        R"(\{'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\),? *\}\s*)");
    std::smatch found;
    if (!std::regex_match(text, found, pattern)) {
      refuse("has a header that numpy.save does not write for plain numbers: " + text);
    }
    head.type = found[1];
    head.fortran_order = found[2] == "True";
    const std::string sizes = found[3];
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    std::int64_t count = 1;
    for (const char *at = sizes.data(), *end = at + sizes.size(); at != end;) {
      if (*at == ',' || *at == ' ') {
        ++at;
        continue;
      }
      std::int64_t size = 0;
      const auto [next, error] = std::from_chars(at, end, size);
      if (error != std::errc() || size > kMost || (count *= size) > kMost) refuse("has sizes out of range");
      head.shape.push_back(size);
      at = next;
    }
  }

  std::string_view content(const Header& head, std::size_t element_bytes) const {
    const auto expected = static_cast<std::size_t>(element_count(head.shape)) * element_bytes;
    if (bytes_.size() - head.size != expected) {
      refuse("has " + std::to_string(bytes_.size() - head.size) + " bytes of elements where its shape " +
             shape_text(head.shape) + " asks for " + std::to_string(expected) + "; save it again");
    }
    return bytes_.substr(head.size);
  }

  template <class T>
  bool fill(const Header& head, Array& array) const {
    if (head.type != descriptor<T>()) return false;
    const std::string_view from = content(head, sizeof(T));
    std::vector<T> values(from.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), from.data(), from.size());
    array.values = std::move(values);
    return true;
  }

  /// A single byte string, as to_npy writes text.
  bool fill_text(const Header& head, Array& array) const {
    if (!head.type.starts_with("|S") || !head.shape.empty()) return false;
    array.values = std::string(bytes_.substr(head.size));
    return true;
  }

  std::string_view bytes_;
  const std::string& name_;
  const std::string& place_;
};

}  // namespace

std::string to_npy(const Array& array) {
  return std::visit(
      [&](const auto& values) -> std::string {
        using Values = std::decay_t<decltype(values)>;
        if constexpr (std::is_same_v<Values, std::string>) {
          return header("|S" + std::to_string(values.size()), {}) + values;
        } else {
          using T = typename Values::value_type;
          if (static_cast<std::int64_t>(values.size()) != element_count(array.shape)) {
            throw InternalError("array '" + array.name + "' has " + std::to_string(values.size()) +
                                " elements for the shape " + shape_text(array.shape));
          }
          std::string bytes = header(descriptor<T>(), array.shape);
          bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
          return bytes;
        }
      },
      array.values);
}

Array from_npy(std::string_view bytes, const std::string& name, const std::string& place) {
  return Reader(bytes, name, place).read();
}

}  // namespace napier::interop

#include "sim/vcd_writer.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::sim {
namespace {

/// Short identifier of a variable: a number to base 94 in the printable characters.
std::string code_of(std::size_t number) {
  std::string code;
  do {
    code += static_cast<char>('!' + number % 94);
    number /= 94;
  } while (number > 0);
  return code;
}

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw InputError("cannot write VCD '" + file.string() + "': " + std::strerror(errno) +
                   "; choose a folder that can be written, on a disk with space");
}

}  // namespace

VcdWriter::VcdWriter(std::filesystem::path file) : file_(std::move(file)), temporary_(temporary_name(file_)) {
  if (file_.has_parent_path()) {
    std::error_code ignored;  // an unusable folder shows when the file is opened
    std::filesystem::create_directories(file_.parent_path(), ignored);
  }
  out_.open(temporary_, std::ios::binary);
  if (!out_) fail(file_);
}

VcdWriter::~VcdWriter() {
  if (finished_) return;
  out_.close();
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

std::size_t VcdWriter::declare(const std::string& scope, const std::string& name, int bits) {
  variables_.push_back({scope, name, code_of(variables_.size()), "", bits});
  return variables_.size() - 1;
}

void VcdWriter::write_header() {
  out_ << "$version Napier SystemC model $end\n$timescale 1ps $end\n$scope module processing_element $end\n";
  std::string scope;
  for (const Variable& v : variables_) {
    if (v.scope != scope) {
      if (!scope.empty()) out_ << "$upscope $end\n";
      if (!v.scope.empty()) out_ << "$scope module " << v.scope << " $end\n";
      scope = v.scope;
    }
    out_ << "$var wire " << v.bits << ' ' << v.code << ' ' << v.name;
    if (v.bits > 1) out_ << " [" << v.bits - 1 << ":0]";
    out_ << " $end\n";
  }
  if (!scope.empty()) out_ << "$upscope $end\n";
  out_ << "$upscope $end\n$enddefinitions $end\n";
  header_written_ = true;
}

std::string VcdWriter::gtkwave(const std::filesystem::path& vcd, std::int64_t start) const {
  // Flags of a trace: 0x200 a heading, 0x20 aligned to the right, 0x8 binary, 0x2 hexadecimal.
  std::string text = "[dumpfile] \"" + std::filesystem::absolute(vcd).string() + "\"\n[timestart] " +
                     std::to_string(start) + "\n";
  std::string scope;
  for (const Variable& v : variables_) {
    if (v.scope != scope) text += "@200\n-" + v.scope + "\n";
    scope = v.scope;
    text += v.bits == 1 ? "@28\n" : "@22\n";
    text += "processing_element." + (v.scope.empty() ? "" : v.scope + ".") + v.name;
    if (v.bits > 1) text += "[" + std::to_string(v.bits - 1) + ":0]";
    text += "\n";
  }
  return text;
}

void VcdWriter::time(std::int64_t picoseconds) {
  if (!header_written_) write_header();
  if (picoseconds != time_) out_ << '#' << picoseconds << '\n';
  time_ = picoseconds;
}

void VcdWriter::set(std::size_t variable, std::span<const std::uint8_t> word) {
  Variable& v = variables_[variable];
  std::string digits;
  digits.reserve(static_cast<std::size_t>(v.bits));
  for (int bit = v.bits - 1; bit >= 0; --bit) {
    digits += (word[static_cast<std::size_t>(bit / 8)] >> (bit % 8) & 1) != 0 ? '1' : '0';
  }
  change(v, digits);
}

void VcdWriter::set(std::size_t variable, std::uint64_t value) {
  std::uint8_t word[8];
  for (int i = 0; i < 8; ++i) word[i] = static_cast<std::uint8_t>(value >> (8 * i));
  set(variable, word);
}

void VcdWriter::unset(std::size_t variable) { change(variables_[variable], "x"); }

void VcdWriter::change(Variable& v, const std::string& digits) {
  if (digits == v.last) return;
  v.last = digits;
  if (v.bits == 1) {
    out_ << digits << v.code << '\n';
  } else {
    out_ << 'b' << digits << ' ' << v.code << '\n';
  }
}

void VcdWriter::finish() {
  if (!header_written_) write_header();
  out_.close();
  if (out_.fail()) fail(file_);
  std::error_code error;
  std::filesystem::rename(temporary_, file_, error);
  if (error) {
    errno = error.value();
    fail(file_);
  }
  finished_ = true;
}

}  // namespace napier::sim

#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace napier::sim {

/// Writes a value change dump (IEEE 1364-2005, clause 18) that GTKWave opens. Time is counted in picoseconds.
/// The file appears under its name when finish() is called; until then, and after an error, there is nothing.
class VcdWriter {
 public:
  /// Throws InputError where the folder cannot be written.
  explicit VcdWriter(std::filesystem::path file);
  ~VcdWriter();
  VcdWriter(const VcdWriter&) = delete;
  VcdWriter& operator=(const VcdWriter&) = delete;

  /// Declares a variable before the first time(); scopes are made as they come. Returns its number.
  std::size_t declare(const std::string& scope, const std::string& name, int bits);
  /// The moment of the changes that follow; times ascend.
  void time(std::int64_t picoseconds);
  /// Little-endian word; written where it differs from the last value.
  void set(std::size_t variable, std::span<const std::uint8_t> word);
  void set(std::size_t variable, std::uint64_t value);
  /// The value is unknown: x.
  void unset(std::size_t variable);
  void finish();
  /// Text of a GTKWave save file that shows all variables of the dump `vcd`, a heading a scope, from `start`
  /// ps on.
  std::string gtkwave(const std::filesystem::path& vcd, std::int64_t start) const;

 private:
  struct Variable {
    std::string scope, name, code, last;
    int bits;
  };
  void write_header();
  void change(Variable& variable, const std::string& digits);

  std::filesystem::path file_, temporary_;
  std::ofstream out_;
  std::vector<Variable> variables_;
  bool header_written_ = false;
  bool finished_ = false;
  std::int64_t time_ = -1;
};

}  // namespace napier::sim

#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "rtl-gen/emitted_file.hpp"

/// Faults of the kinds that people make, put into emitted Verilog one at a time: a verification that does not
/// notice them is too weak.
namespace napier::explore::ladder {

enum class Fault { kOperator, kConstant, kOffByOne, kWidth, kReset };
inline constexpr int kFaults = 5;

std::string fault_name(Fault fault);

/// One replacement in one file.
struct Mutation {
  Fault fault = Fault::kOperator;
  std::size_t file = 0;  ///< index in the files it was found in
  std::size_t offset = 0, length = 0;
  std::string text;  ///< what stands there instead
};

/// Every mutation of the files' code (comments, banners and module headers' text aside), in the order of the
/// text:
///   operator     a binary or unary operator becomes another of its kind, or goes
///   constant     the lowest bit of a literal flips
///   off by one   < becomes <=, a literal that counts grows by one
///   width        a localparam that ends in Width, or the upper bound of a signal's range, shrinks by one
///   reset        a register is reset to another value
std::vector<Mutation> mutations(const std::vector<rtl::EmittedFile>& files);

/// `count` of them (all where there are fewer), kinds of fault in turn, files and places at random: the same
/// for the same seed on every machine.
std::vector<Mutation> draw(std::vector<Mutation> all, std::size_t count, std::uint64_t seed);

/// The files with one mutation made.
std::vector<rtl::EmittedFile> with(const std::vector<rtl::EmittedFile>& files, const Mutation& mutation);

/// "napier_queue.sv:31: off by one: count_q != ... -> ...": the line before and after.
std::string describe(const std::vector<rtl::EmittedFile>& files, const Mutation& mutation);

}  // namespace napier::explore::ladder

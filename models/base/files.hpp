#pragma once
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace napier {

/// Writes a whole file: to a temporary name in the same folder, flushed, then renamed. Creates missing parent
/// folders. Throws InputError (unwritable folder, full disk) and leaves neither a half-written nor a
/// temporary file.
void write_file(const std::filesystem::path& file, std::string_view content);

/// As write_file, with the content written by `writer` to a stream.
void write_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& writer);

/// Throws InputError where write_file could not write here, so that long work is not done in vain. Creates
/// missing parent folders.
void require_writable(const std::filesystem::path& file);

/// The whole content; InputError where the file cannot be read.
std::string read_file(const std::filesystem::path& file);

/// Creates an output folder, or accepts an empty one, or one that the same `kind` of command marked as its
/// own (file .napier). Anything else is foreign and refused with InputError.
void open_output_folder(const std::filesystem::path& folder, std::string_view kind);

/// Name for a file under construction next to `file`, of this process.
std::filesystem::path temporary_name(const std::filesystem::path& file);

}  // namespace napier

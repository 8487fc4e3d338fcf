#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "models/interop/array.hpp"

/// The kinds of file behind array_file.hpp, as bytes. `place` is the file as messages name it.
namespace napier::interop {

/// NumPy's format, version 1.0 or 2.0: magic, a header with element type and shape, the elements.
std::string to_npy(const Array& array);
Array from_npy(std::string_view bytes, const std::string& name, const std::string& place);

/// A zip archive of .npy files, deflated, dated 1980-01-01.
std::string to_npz(const std::vector<Array>& arrays);
std::vector<Array> from_npz(const std::string& bytes, const std::string& place);

/// Groups, datasets, and the attributes unit and meaning.
std::string to_hdf5(const std::vector<Array>& arrays);

/// Lines of numbers; lines that begin with # are comments. `separator` is a comma or a blank.
std::string to_text(const Array& array, char separator, const std::string& place);
Array from_text(std::string_view text, char separator, const std::string& name, const std::string& place);

}  // namespace napier::interop

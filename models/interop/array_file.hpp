#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "models/interop/array.hpp"

/// Files of arrays. The ending of the name says which kind:
///   .npy          one array, NumPy's format
///   .npz          any number of arrays, NumPy's format: a zip archive of .npy
///   .h5, .hdf5    any number of arrays with unit and meaning as attributes, HDF5 (written only)
///   .csv, .txt    one array of at most two sizes as text: a line a row (commas, or blanks in .txt)
/// docs/formats/arrays.md says the same in words.
namespace napier {

/// Throws InputError where the ending is none of the above; `reading` leaves out what is written only.
void check_array_file_name(const std::filesystem::path& file, bool reading);

/// Reads all arrays. InputError names file, array and remedy: damaged files, element types that Array has
/// not, Fortran order, lines of unequal length. A single array is named after its file.
std::vector<Array> read_arrays(const std::filesystem::path& file);

/// Writes all arrays, to a temporary name first. The same arrays give the same bytes: nothing in the file
/// tells the time. InputError where the kind of file cannot hold them, two have one name, or the disk is
/// full.
void write_arrays(const std::filesystem::path& file, const std::vector<Array>& arrays);

}  // namespace napier

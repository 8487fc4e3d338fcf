#pragma once
#include <filesystem>
#include <string>

#include "models/data/dataset.hpp"

/// Text as training data for language models: bytes, and for each the byte that follows it.
namespace napier {

/// The King James Bible, a verse a line without references, as the `bible` program of Debian's packages
/// bible-kjv and bible-kjv-text prints it. ToolError where it is missing or prints anything else.
std::string king_james_bible();

/// A text file (empty: the King James Bible), cut into samples of `sequence` bytes without overlap: the first
/// nine tenths to train on, the rest for tests, of both the first `train_samples` and `test_samples` (0:
/// all). A missing file, or one too short, is an InputError.
Dataset load_text(const std::filesystem::path& file, int sequence, int train_samples, int test_samples);

}  // namespace napier

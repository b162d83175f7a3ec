// Reads every file of the conformance folder: where its index records a hash of the stored values, galen's are the
// same; lossy files have no exact values; every other file is refused with a sentence.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "galen/base/csv.h"
#include "galen/base/hash.h"
#include "galen/dicom/stored_values.h"

namespace galen::dicom {
namespace {

namespace fs = std::filesystem;

fs::path conformance_folder() {
  const char* folder = std::getenv("GALEN_DATA");
  return (folder != nullptr ? fs::path(folder) : fs::path(GALEN_SOURCE_DIR) / "../shared/data") / "conformance_dicom";
}

TEST(DicomConformanceTest, EveryFileGivesItsRecordedStoredValuesOrIsRefusedWithASentence) {
  const fs::path folder = conformance_folder();
  if (!fs::exists(folder / "index.csv")) GTEST_SKIP() << folder << " is not there (set GALEN_DATA)";
  const Result<CsvTable> index = read_csv_file(folder / "index.csv");
  ASSERT_TRUE(index) << index.error().message;
  int exact = 0;
  int lossy = 0;
  int refused = 0;
  for (std::size_t row = 0; row < index->rows.size(); ++row) {
    const std::string& file = index->at(row, "file");
    SCOPED_TRACE(file + " " + index->at(row, "transfer_syntax") + " " + index->at(row, "expectation"));
    const Result<StoredValues> stored = read_stored_values(folder / file);
    const std::string& hash = index->at(row, "sha256_int32");
    if (!hash.empty()) {
      EXPECT_TRUE(stored) << stored.error().message;
      if (!stored) continue;
      const auto* bytes = reinterpret_cast<const char*>(stored->values.data());
      EXPECT_EQ(sha256({bytes, stored->values.size() * sizeof(std::int32_t)}), hash);
      ++exact;
    } else if (index->at(row, "pixels") == "lossy" && stored) {
      ++lossy;
    } else {
      EXPECT_FALSE(stored);
      if (stored) continue;
      if (index->at(row, "pixels") == "lossy") {
        EXPECT_EQ(index->at(row, "expectation").substr(0, 6), "broken") << stored.error().message;
      }
      EXPECT_NE(stored.error().message.find(' '), std::string::npos);
      ++refused;
    }
  }
  std::cout << exact << " files give the recorded values, " << lossy << " lossy files are decoded, " << refused
            << " are refused with a sentence\n";
}

TEST(DicomConformanceTest, AFileCutOffAtAnyTenthOfItsLengthIsRefused) {
  const fs::path folder = conformance_folder();
  if (!fs::exists(folder / "index.csv")) GTEST_SKIP() << folder << " is not there (set GALEN_DATA)";
  const fs::path cut = fs::temp_directory_path() / ("galen-cut-" + std::to_string(::getpid()) + ".dcm");
  for (const auto& entry : fs::recursive_directory_iterator(folder / "files")) {
    if (!entry.is_regular_file() || !read_stored_values(entry.path())) continue;
    for (std::uintmax_t tenth = 0; tenth < 10; ++tenth) {
      fs::copy_file(entry.path(), cut, fs::copy_options::overwrite_existing);
      fs::resize_file(cut, entry.file_size() * tenth / 10);
      EXPECT_FALSE(read_stored_values(cut)) << entry.path() << " cut at " << tenth << " tenths";
    }
  }
  fs::remove(cut);
}

}  // namespace
}  // namespace galen::dicom

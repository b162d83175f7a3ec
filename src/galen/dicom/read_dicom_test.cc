#include "galen/dicom/read_dicom.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "galen/base/files.h"
#include "galen/dicom/open_image.h"

namespace galen::dicom {
namespace {

namespace fs = std::filesystem;

// A small file to change: 4 x 2 pixels of 16 bits (0, 1, 2, ...).
class ReadDicomTest : public testing::Test {
 protected:
  ReadDicomTest() {
    std::string name = (fs::temp_directory_path() / "galen-dicom-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    set(DCM_SOPClassUID, UID_SecondaryCaptureImageStorage);
    set(DCM_SOPInstanceUID, "1.2.3.4");
    set(DCM_PhotometricInterpretation, "MONOCHROME2");
    set(DCM_SamplesPerPixel, 1);
    set(DCM_Rows, 2);
    set(DCM_Columns, 4);
    set(DCM_BitsAllocated, 16);
    set(DCM_BitsStored, 12);
    set(DCM_HighBit, 11);
    set(DCM_PixelRepresentation, 0);
    set_words({0, 1, 2, 3, 4, 5, 6, 4095});
  }
  ~ReadDicomTest() override { fs::remove_all(folder_); }

  DcmDataset& data() { return *file_.getDataset(); }
  void set(const DcmTagKey& tag, const char* value) { data().putAndInsertString(tag, value); }
  void set(const DcmTagKey& tag, int value) { data().putAndInsertUint16(tag, static_cast<Uint16>(value)); }
  void set_words(const std::vector<Uint16>& words) {
    data().putAndInsertUint16Array(DCM_PixelData, words.data(), words.size());
  }
  void set_bytes(const std::vector<Uint8>& bytes) {
    set(DCM_BitsAllocated, 8);
    set(DCM_BitsStored, 8);
    set(DCM_HighBit, 7);
    data().putAndInsertUint8Array(DCM_PixelData, bytes.data(), bytes.size());
  }

  Result<image::Image> read(E_TransferSyntax syntax = EXS_LittleEndianExplicit) {
    EXPECT_TRUE(file_.saveFile((folder_ / "f.dcm").c_str(), syntax).good());
    return open_image(folder_ / "f.dcm");
  }

  fs::path folder_;
  DcmFileFormat file_;
};

TEST_F(ReadDicomTest, GivesHounsfieldUnitsWindowAndGeometryOfACtSlice) {
  set(DCM_Modality, "CT");
  set(DCM_RescaleSlope, "2");
  set(DCM_RescaleIntercept, "-1024");
  set(DCM_WindowCenter, "40\\600");
  set(DCM_WindowWidth, "400\\1600");
  set(DCM_PixelSpacing, "0.7\\0.5");
  set(DCM_SliceThickness, "5");
  set(DCM_ImagePositionPatient, "-10\\20\\30");
  set(DCM_ImageOrientationPatient, "0\\1\\0\\0\\0\\-1");
  const Result<image::Image> image = read();
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->modality, "ct");
  EXPECT_EQ(image->at(3, 0), 3 * 2 - 1024);
  EXPECT_EQ(image->spacing_kind, image::SpacingKind::kPatient);
  ASSERT_TRUE(image->window_low_high);
  EXPECT_DOUBLE_EQ((*image->window_low_high)[0], -160);
  EXPECT_DOUBLE_EQ((*image->window_low_high)[1], 239);
  // Rows run to the back (0.5 mm from column to column), columns to the feet (0.7 mm), slices to the right.
  const std::array<double, 16> expected = {0, 0, -5, -10, 0.5, 0, 0, 20, 0, -0.7, 0, 30, 0, 0, 0, 1};
  for (std::size_t n = 0; n < 16; ++n) EXPECT_NEAR(image->geometry.world_from_voxel[n], expected[n], 1e-9) << n;
}

TEST_F(ReadDicomTest, TakesTheWindowFromAVoiLutWhereThatIsAllThereIs) {
  const std::vector<Uint16> curve = {0, 0, 0, 10, 90, 255, 255};
  DcmItem* lut = nullptr;
  ASSERT_TRUE(data().findOrCreateSequenceItem(DCM_VOILUTSequence, lut).good());
  const std::vector<Uint16> descriptor = {static_cast<Uint16>(curve.size()), 100, 8};
  lut->putAndInsertUint16Array(DCM_LUTDescriptor, descriptor.data(), descriptor.size());
  lut->putAndInsertUint16Array(DCM_LUTData, curve.data(), curve.size());
  const Result<image::Image> image = read();
  ASSERT_TRUE(image) << image.error().message;
  ASSERT_TRUE(image->window_low_high);
  EXPECT_DOUBLE_EQ((*image->window_low_high)[0], 102);
  EXPECT_DOUBLE_EQ((*image->window_low_high)[1], 105);
}

TEST_F(ReadDicomTest, MakesLargerBrighterWhereWhiteIsZero) {
  set(DCM_PhotometricInterpretation, "MONOCHROME1");
  set(DCM_WindowCenter, "100.5");
  set(DCM_WindowWidth, "101");
  const Result<image::Image> image = read();
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->at(0, 0), 4095);
  EXPECT_EQ(image->at(3, 1), 0);
  EXPECT_DOUBLE_EQ((*image->window_low_high)[0], 4095 - 150);
  EXPECT_DOUBLE_EQ((*image->window_low_high)[1], 4095 - 50);
}

TEST_F(ReadDicomTest, KnowsAChestFilmFromAnotherOne) {
  set(DCM_Modality, "DX");
  set(DCM_BodyPartExamined, "CHEST");
  EXPECT_EQ(read()->modality, "cxr");
  set(DCM_BodyPartExamined, "HAND");
  EXPECT_EQ(read()->modality, "xray");
  set(DCM_StudyDescription, "Thorax PA");
  EXPECT_EQ(read()->modality, "cxr");
  data().findAndDeleteElement(DCM_BodyPartExamined);
  data().findAndDeleteElement(DCM_StudyDescription);
  EXPECT_EQ(read()->modality, "");
}

TEST_F(ReadDicomTest, IgnoresASlopeThatTakesStoredValuesBeyondTheRangeOfSamples) {
  set(DCM_RescaleSlope, "1e29");
  const Result<image::Image> image = read();
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->at(3, 0), 3);
}

TEST_F(ReadDicomTest, TellsMillimetresOnTheDetectorFromThoseInThePatient) {
  using image::SpacingKind;
  set(DCM_Modality, "CR");
  set(DCM_ImagerPixelSpacing, "0.2\\0.2");
  EXPECT_EQ(read()->spacing_kind, SpacingKind::kDetector);
  set(DCM_PixelSpacing, "0.2\\0.2");
  EXPECT_EQ(read()->spacing_kind, SpacingKind::kDetector);
  set(DCM_PixelSpacing, "0.16\\0.16");
  EXPECT_EQ(read()->spacing_kind, SpacingKind::kPatient);
  EXPECT_NEAR(read()->geometry.spacing_mm()[0], 0.16, 1e-9);
  data().findAndDeleteElement(DCM_PixelSpacing);
  set(DCM_EstimatedRadiographicMagnificationFactor, "1.25");
  EXPECT_EQ(read()->spacing_kind, SpacingKind::kPatient);
  EXPECT_NEAR(read()->geometry.spacing_mm()[0], 0.16, 1e-9);
  data().findAndDeleteElement(DCM_ImagerPixelSpacing);
  EXPECT_EQ(read()->spacing_kind, SpacingKind::kUnknown);
}

TEST_F(ReadDicomTest, TakesTheScaleOfTheLargestUltrasoundRegion) {
  set(DCM_Modality, "US");
  for (int n = 0; n < 2; ++n) {
    DcmItem* region = nullptr;
    data().findOrCreateSequenceItem(DCM_SequenceOfUltrasoundRegions, region, n);
    region->putAndInsertUint16(DCM_RegionSpatialFormat, 1);
    region->putAndInsertUint16(DCM_PhysicalUnitsXDirection, 3);
    region->putAndInsertUint16(DCM_PhysicalUnitsYDirection, 3);
    region->putAndInsertUint32(DCM_RegionLocationMinX0, 0);
    region->putAndInsertUint32(DCM_RegionLocationMinY0, 0);
    region->putAndInsertUint32(DCM_RegionLocationMaxX1, n == 0 ? 1 : 3);
    region->putAndInsertUint32(DCM_RegionLocationMaxY1, 1);
    region->putAndInsertFloat64(DCM_PhysicalDeltaX, n == 0 ? 0.5 : 0.02);
    region->putAndInsertFloat64(DCM_PhysicalDeltaY, n == 0 ? 0.5 : 0.03);
  }
  const Result<image::Image> image = read();
  EXPECT_EQ(image->modality, "ultrasound");
  EXPECT_EQ(image->spacing_kind, image::SpacingKind::kPatient);
  EXPECT_NEAR(image->geometry.spacing_mm()[0], 0.2, 1e-9);
  EXPECT_NEAR(image->geometry.spacing_mm()[1], 0.3, 1e-9);
}

TEST_F(ReadDicomTest, GivesRgbForYbrAndForPalettes) {
  set(DCM_SamplesPerPixel, 3);
  set(DCM_PlanarConfiguration, Uint16{0});
  set(DCM_PhotometricInterpretation, "YBR_FULL");
  set(DCM_Rows, 1);
  set(DCM_Columns, 2);
  set_bytes({76, 85, 255, 200, 128, 128});  // Pure red, and a grey.
  const Result<image::Image> ybr = read();
  ASSERT_TRUE(ybr) << ybr.error().message;
  EXPECT_NEAR(ybr->at(0, 0, 0, 0), 254, 1);
  EXPECT_NEAR(ybr->at(0, 0, 0, 1), 0, 1);
  EXPECT_EQ(ybr->at(1, 0, 0, 2), 200);

  set(DCM_SamplesPerPixel, 1);
  data().findAndDeleteElement(DCM_PlanarConfiguration);
  set(DCM_PhotometricInterpretation, "PALETTE COLOR");
  set_bytes({5, 0});
  const std::vector<Uint16> descriptor = {3, 4, 16};
  const std::vector<Uint16> table = {0x1000, 0x2000, 0xff00};
  for (const DcmTagKey& tag : {DCM_RedPaletteColorLookupTableDescriptor, DCM_GreenPaletteColorLookupTableDescriptor,
                               DCM_BluePaletteColorLookupTableDescriptor}) {
    data().putAndInsertUint16Array(tag, descriptor.data(), 3);
  }
  for (const DcmTagKey& tag : {DCM_RedPaletteColorLookupTableData, DCM_GreenPaletteColorLookupTableData,
                               DCM_BluePaletteColorLookupTableData}) {
    data().putAndInsertUint16Array(tag, table.data(), 3);
  }
  const Result<image::Image> palette = read();
  ASSERT_TRUE(palette) << palette.error().message;
  EXPECT_EQ(palette->channels, 3);
  EXPECT_EQ(palette->at(0, 0), 0x20);  // 5 is the table's second entry.
  EXPECT_EQ(palette->at(1, 0), 0x10);  // Below the table: its first.
}

TEST_F(ReadDicomTest, GivesFramesAsSlicesInEveryUncompressedSyntax) {
  set(DCM_NumberOfFrames, "2");
  set(DCM_Rows, 1);
  for (E_TransferSyntax syntax :
       {EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit, EXS_DeflatedLittleEndianExplicit}) {
    const Result<image::Image> image = read(syntax);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(image->depth, 2);
    EXPECT_EQ(image->samples, (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 4095}));
  }
}

TEST_F(ReadDicomTest, RefusesWhatHoldsNoImageSaysTooMuchOrIsTooShort) {
  set(DCM_Rows, 60000);
  set(DCM_Columns, 60000);
  EXPECT_NE(read().error().message.find("too large"), std::string::npos);
  set(DCM_Rows, 3);
  set(DCM_Columns, 4);
  EXPECT_NE(read().error().message.find("cut off"), std::string::npos);
  set(DCM_Rows, 2);
  set(DCM_BitsStored, 17);
  EXPECT_NE(read().error().message.find("damaged"), std::string::npos);
  set(DCM_Modality, "RTPLAN");
  data().findAndDeleteElement(DCM_PixelData);
  EXPECT_NE(read().error().message.find("RTPLAN"), std::string::npos);
}

TEST_F(ReadDicomTest, RefusesADirectoryWhoseRecordTypeHasAnImpossibleLength) {
  // DCMTK throws here: the record type's characters are fewer than its length, because they begin with a zero byte.
  DcmItem* record = nullptr;
  data().clear();
  set(DCM_Modality, "OT");
  data().findOrCreateSequenceItem(DCM_DirectoryRecordSequence, record, 0);
  record->putAndInsertString(DCM_DirectoryRecordType, "STUDY ");
  ASSERT_TRUE(file_.saveFile((folder_ / "d.dcm").c_str(), EXS_LittleEndianExplicit).good());
  std::string bytes = *read_text_file(folder_ / "d.dcm");
  const std::size_t at = bytes.find("STUDY ");
  ASSERT_NE(at, std::string::npos);
  for (std::size_t n = 0; n < 6; ++n) {
    std::string damaged = bytes;
    damaged[at + n] = '\0';
    EXPECT_FALSE(decode_dicom(damaged));
  }
}

TEST_F(ReadDicomTest, RefusesADeflateBomb) {
  const std::vector<Uint16> zeros(std::size_t{8} << 20);
  set_words(zeros);
  ASSERT_TRUE(file_.saveFile((folder_ / "bomb.dcm").c_str(), EXS_DeflatedLittleEndianExplicit).good());
  image::ReadLimits limits;
  limits.decoded_bytes = std::size_t{1} << 20;
  const Result<image::Image> image = open_image(folder_ / "bomb.dcm", limits);
  ASSERT_FALSE(image);
  EXPECT_NE(image.error().message.find("unpacks to"), std::string::npos) << image.error().message;
}

TEST_F(ReadDicomTest, OpensAFileByWhatItHoldsWhateverItsName) {
  ASSERT_TRUE(read());
  fs::rename(folder_ / "f.dcm", folder_ / "film.png");
  EXPECT_TRUE(open_image(folder_ / "film.png"));
  const Result<std::string> bytes = read_text_file(folder_ / "film.png");
  // Without preamble and file meta information, as old programs write.
  const std::size_t start = bytes->find(std::string("\x08\0\x16\0UI", 6));
  ASSERT_NE(start, std::string::npos);
  EXPECT_TRUE(decode_dicom(bytes->substr(start)));
  ASSERT_TRUE(write_file_atomically(folder_ / "text.dcm", std::string_view("no image")));
  EXPECT_NE(open_image(folder_ / "text.dcm").error().message.find("text.dcm"), std::string::npos);
}

}  // namespace
}  // namespace galen::dicom

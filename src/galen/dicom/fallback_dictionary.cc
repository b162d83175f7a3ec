#include "galen/dicom/fallback_dictionary.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace galen::dicom {
namespace {

struct Element {
  DcmTagKey tag;
  DcmEVR representation;
  const char* name;
  int most_values;
};

// PS3.6.
const Element kElements[] = {
    {DCM_FileMetaInformationGroupLength, EVR_UL, "FileMetaInformationGroupLength", 1},
    {DCM_TransferSyntaxUID, EVR_UI, "TransferSyntaxUID", 1},
    {DCM_SpecificCharacterSet, EVR_CS, "SpecificCharacterSet", DcmVariableVM},
    {DCM_SOPClassUID, EVR_UI, "SOPClassUID", 1},
    {DCM_SOPInstanceUID, EVR_UI, "SOPInstanceUID", 1},
    {DCM_Modality, EVR_CS, "Modality", 1},
    {DCM_StudyDescription, EVR_LO, "StudyDescription", 1},
    {DCM_SeriesDescription, EVR_LO, "SeriesDescription", 1},
    {DCM_BodyPartExamined, EVR_CS, "BodyPartExamined", 1},
    {DCM_SliceThickness, EVR_DS, "SliceThickness", 1},
    {DCM_ProtocolName, EVR_LO, "ProtocolName", 1},
    {DCM_SpacingBetweenSlices, EVR_DS, "SpacingBetweenSlices", 1},
    {DCM_EstimatedRadiographicMagnificationFactor, EVR_DS, "EstimatedRadiographicMagnificationFactor", 1},
    {DCM_ImagerPixelSpacing, EVR_DS, "ImagerPixelSpacing", 2},
    {DCM_NominalScannedPixelSpacing, EVR_DS, "NominalScannedPixelSpacing", 2},
    {DCM_SequenceOfUltrasoundRegions, EVR_SQ, "SequenceOfUltrasoundRegions", 1},
    {DCM_RegionSpatialFormat, EVR_US, "RegionSpatialFormat", 1},
    {DCM_RegionLocationMinX0, EVR_UL, "RegionLocationMinX0", 1},
    {DCM_RegionLocationMinY0, EVR_UL, "RegionLocationMinY0", 1},
    {DCM_RegionLocationMaxX1, EVR_UL, "RegionLocationMaxX1", 1},
    {DCM_RegionLocationMaxY1, EVR_UL, "RegionLocationMaxY1", 1},
    {DCM_PhysicalUnitsXDirection, EVR_US, "PhysicalUnitsXDirection", 1},
    {DCM_PhysicalUnitsYDirection, EVR_US, "PhysicalUnitsYDirection", 1},
    {DCM_PhysicalDeltaX, EVR_FD, "PhysicalDeltaX", 1},
    {DCM_PhysicalDeltaY, EVR_FD, "PhysicalDeltaY", 1},
    {DCM_ImagePositionPatient, EVR_DS, "ImagePositionPatient", 3},
    {DCM_ImageOrientationPatient, EVR_DS, "ImageOrientationPatient", 6},
    {DCM_SamplesPerPixel, EVR_US, "SamplesPerPixel", 1},
    {DCM_PhotometricInterpretation, EVR_CS, "PhotometricInterpretation", 1},
    {DCM_PlanarConfiguration, EVR_US, "PlanarConfiguration", 1},
    {DCM_NumberOfFrames, EVR_IS, "NumberOfFrames", 1},
    {DCM_Rows, EVR_US, "Rows", 1},
    {DCM_Columns, EVR_US, "Columns", 1},
    {DCM_PixelSpacing, EVR_DS, "PixelSpacing", 2},
    {DCM_PixelSpacingCalibrationType, EVR_CS, "PixelSpacingCalibrationType", 1},
    {DCM_BitsAllocated, EVR_US, "BitsAllocated", 1},
    {DCM_BitsStored, EVR_US, "BitsStored", 1},
    {DCM_HighBit, EVR_US, "HighBit", 1},
    {DCM_PixelRepresentation, EVR_US, "PixelRepresentation", 1},
    {DCM_WindowCenter, EVR_DS, "WindowCenter", DcmVariableVM},
    {DCM_WindowWidth, EVR_DS, "WindowWidth", DcmVariableVM},
    {DCM_RescaleIntercept, EVR_DS, "RescaleIntercept", 1},
    {DCM_RescaleSlope, EVR_DS, "RescaleSlope", 1},
    {DCM_VOILUTFunction, EVR_CS, "VOILUTFunction", 1},
    {DCM_RedPaletteColorLookupTableDescriptor, EVR_US, "RedPaletteColorLookupTableDescriptor", 3},
    {DCM_GreenPaletteColorLookupTableDescriptor, EVR_US, "GreenPaletteColorLookupTableDescriptor", 3},
    {DCM_BluePaletteColorLookupTableDescriptor, EVR_US, "BluePaletteColorLookupTableDescriptor", 3},
    {DCM_RedPaletteColorLookupTableData, EVR_OW, "RedPaletteColorLookupTableData", 1},
    {DCM_GreenPaletteColorLookupTableData, EVR_OW, "GreenPaletteColorLookupTableData", 1},
    {DCM_BluePaletteColorLookupTableData, EVR_OW, "BluePaletteColorLookupTableData", 1},
    {DCM_GridFrameOffsetVector, EVR_DS, "GridFrameOffsetVector", DcmVariableVM},
    {DCM_DirectoryRecordSequence, EVR_SQ, "DirectoryRecordSequence", 1},
    {DCM_SharedFunctionalGroupsSequence, EVR_SQ, "SharedFunctionalGroupsSequence", 1},
    {DCM_PerFrameFunctionalGroupsSequence, EVR_SQ, "PerFrameFunctionalGroupsSequence", 1},
    {DCM_PixelMeasuresSequence, EVR_SQ, "PixelMeasuresSequence", 1},
    {DCM_PlanePositionSequence, EVR_SQ, "PlanePositionSequence", 1},
    {DCM_PlaneOrientationSequence, EVR_SQ, "PlaneOrientationSequence", 1},
    {DCM_FrameVOILUTSequence, EVR_SQ, "FrameVOILUTSequence", 1},
    {DCM_PixelValueTransformationSequence, EVR_SQ, "PixelValueTransformationSequence", 1},
    // Written by DCMTK when it decodes JPEG-LS.
    {DCM_ImageType, EVR_CS, "ImageType", DcmVariableVM},
    {DCM_DerivationDescription, EVR_ST, "DerivationDescription", 1},
    {DCM_LossyImageCompression, EVR_CS, "LossyImageCompression", 1},
    {DCM_LossyImageCompressionRatio, EVR_DS, "LossyImageCompressionRatio", DcmVariableVM},
    {DCM_LossyImageCompressionMethod, EVR_CS, "LossyImageCompressionMethod", DcmVariableVM},
    {DCM_PixelData, EVR_ox, "PixelData", 1},
};

}  // namespace

void ensure_dictionary() {
  const bool loaded = dcmDataDict.rdlock().isDictionaryLoaded();
  dcmDataDict.rdunlock();
  if (loaded) return;
  DcmDataDictionary& dictionary = dcmDataDict.wrlock();
  for (const Element& element : kElements) {
    dictionary.addEntry(new DcmDictEntry(element.tag.getGroup(), element.tag.getElement(),
                                         DcmVR(element.representation), element.name, 1, element.most_values, "DICOM",
                                         OFTrue, nullptr));
  }
  dcmDataDict.wrunlock();
}

}  // namespace galen::dicom

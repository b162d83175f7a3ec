// A parsed DICOM file, for the sources of this layer only: the one place that sees how DCMTK reads.
//
// Nothing of DCMTK is set up before the first file is read, so that commands without DICOM start in milliseconds.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dctk.h>

#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "galen/base/result.h"
#include "galen/image/read.h"

namespace galen::dicom {

class Dataset {
 public:
  // Reads with or without preamble and file meta information. Fails with a sentence on what is no DICOM file, on
  // damaged and cut-off files, and where deflated content unpacks to more than the limits allow.
  static Result<Dataset> parse(std::string_view bytes, const image::ReadLimits& limits);

  DcmDataset& root() const { return *file_->getDataset(); }
  // As the file meta information states it; "" where it does not.
  const std::string& transfer_syntax() const { return transfer_syntax_; }

  // Values at the top level; nothing where the element is absent, empty or of another kind.
  std::optional<std::string> text(const DcmTagKey& tag) const { return text(root(), tag); }
  std::optional<double> number(const DcmTagKey& tag) const;
  std::vector<double> numbers(const DcmTagKey& tag) const { return numbers(root(), tag); }

  static std::optional<std::string> text(DcmItem& item, const DcmTagKey& tag);
  static std::vector<double> numbers(DcmItem& item, const DcmTagKey& tag);
  // An item of a sequence, or null.
  static DcmItem* item(DcmItem& parent, const DcmTagKey& sequence, unsigned long index = 0);

  // The item that holds what is said of a frame: in an enhanced multi-frame file the frame's own or the shared
  // functional group `group`, else the top level.
  DcmItem& frame_item(const DcmTagKey& group, unsigned long frame) const;

 private:
  std::unique_ptr<DcmFileFormat> file_;
  std::string transfer_syntax_;
};

// DCMTK 3.6.7 throws on some damaged values and where memory runs out: what `read` throws becomes an error. Every
// function of this layer that others call goes through it.
template <typename Read>
auto without_exceptions(const Read& read) -> decltype(read()) {
  try {
    return read();
  } catch (const std::out_of_range&) {
    return Error{"the DICOM file is damaged (a value has an impossible length)"};
  } catch (const std::length_error&) {
    return Error{"the DICOM file is damaged (a value has an impossible length)"};
  } catch (const std::bad_alloc&) {
    return Error{"not enough memory to read the DICOM file"};
  }
}

// True where the bytes start like a DICOM file, with or without a preamble.
bool looks_like_dicom(std::string_view bytes);

}  // namespace galen::dicom

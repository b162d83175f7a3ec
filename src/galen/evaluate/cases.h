// Labelled cases from cases.csv tables, and how a mask file's values become the channels of a network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/base/result.h"
#include "galen/image/image.h"

namespace galen::evaluate {

inline constexpr int kMostChannels = 7;

// What one output channel of a segmentation network outlines, in the terms of the mask files. One of `values` and
// `bits`.
struct Target {
  int channel = 0;
  std::vector<int> values;  // Mask values that belong to it
  int bits = 0;             // Or: any of these bits is set in the mask value
  // "image-left" or "image-right": only the one of the two largest connected components that lies on that side. Where
  // they do not lie apart the channel is unknown for the case.
  std::string side;
};

// `document` is a list of {"channel", "values" | "bits", "side"}. Fails naming the key. Unknown keys are refused.
Result<std::vector<Target>> parse_targets(const Json& document);
int channel_count(const std::vector<Target>& targets);

// The channels as bits: bit c of a pixel is set where it belongs to channel c. `known` has the bits of the channels
// that the mask decides.
struct ChannelMap {
  image::LabelMap bits;
  int known = 0;
};
ChannelMap channel_map(const image::LabelMap& mask, const std::vector<Target>& targets);

// One table of cases and what is taken from it.
struct CaseSource {
  std::string cases;                         // Path of the table; paths inside it are relative to its folder
  std::map<std::string, std::string> where;  // Column -> the value that rows must have
  std::string split_column = "split";        // "": every row is in val
  std::string train = "train";               // Values of the split column
  std::string val = "val";
  std::vector<std::string> train_ids;  // Or: files that list ids, one a line, relative to the table's folder
  std::vector<std::string> val_ids;
  double val_share = -1;  // Or: this share of the rows, chosen by the hash of their id, is val
  std::string image_column = "image";
  std::string mask_column = "mask";  // "": no masks are read
  std::string domain_column = "domain";
  std::string class_column;              // "": no classes are read
  std::map<std::string, int> class_map;  // Value of the class column -> class index; rows of other values have none
  int constant_class = -1;               // Or: the class of every row
  std::string field_of_view_column;      // Mask (1 inside) to which loss and figures are restricted
  std::vector<Target> targets;           // Where they differ from the recipe's
  int repeat = 1;                        // Times that each training case is drawn in an epoch
};

// Fails naming the key. Unknown keys are refused.
Result<CaseSource> parse_case_source(const Json& document);

struct Case {
  std::string id;
  std::filesystem::path image;
  std::filesystem::path mask;           // Empty: not segmented
  std::filesystem::path field_of_view;  // Empty: everywhere
  std::string domain;                   // Of the domain column, else the name of the table's folder
  int class_index = -1;                 // -1: not known
  int repeat = 1;
  std::vector<Target> targets;
};

struct CaseSplit {
  std::vector<Case> train;
  std::vector<Case> val;
};

// `data` is the folder that table paths are relative to; `targets` those of sources that have none of their own. Fails
// on a missing table or column, and where a case is in both splits.
Result<CaseSplit> read_cases(const CaseSource& source, const std::filesystem::path& data,
                             const std::vector<Target>& targets);

// --data, else $GALEN_DATA, else ../shared/data of the working folder.
std::filesystem::path default_data_folder();

}  // namespace galen::evaluate

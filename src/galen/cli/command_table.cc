// Every command and option of galen. Nothing here refers to what a command does, so that the table costs nothing to
// load.
#include "galen/cli/command.h"

namespace galen::cli {
namespace {

using Kind = Option::Kind;

const Option kImage = {
    "IMAGE", Kind::kPositionals,
    "",      "images (PNG, JPEG, TIFF, NIfTI, DICOM); @LIST reads paths from a text file, one a line",
    true,    ""};
const Option kOutput = {
    "-o,--output", Kind::kText, "DIR", "the folder that the results go to; made where it does not exist", true, ""};
const Option kJson = {"--json", Kind::kFlag, "", "print one JSON document", false, ""};
const Option kJsonl = {"--jsonl", Kind::kFlag, "", "print one JSON document a line", false, ""};
const Option kModality = {
    "--modality",
    Kind::kText,
    "M",
    "what the image is (cxr, chest x-ray, …) where the file does not say; what the file states is not overruled",
    false,
    ""};
const Option kSlice = {
    "--slice", Kind::kInteger, "N", "take this slice of a volume or frame of a recording, from 1 on", false, ""};
const Option kPlanner = {"--planner", Kind::kText, "NAME", "who writes the plan", false, "embedded"};

Option positional(std::string name, std::string help, bool required = true) {
  return {std::move(name), Kind::kPositional, "", std::move(help), required, ""};
}

Option optional(Option option) {
  option.required = false;
  return option;
}

std::vector<Command> make_table() {
  std::vector<Command> table;

  table.push_back({"ask",
                   "answer a request about an image",
                   "Plans the request, runs the plan and prints the summary. With -o the folder gets result.json, the "
                   "masks, overlays, "
                   "report.html (opens offline) and summary.txt. Several images are several studies, each with a "
                   "folder of its own name "
                   "in DIR. Exit status 3 says that nothing in the request can be answered.",
                   {"galen ask \"Trace the vessels and give me the cup-to-disc ratio\" retina.jpg -o answer",
                    "galen ask \"Segment the lungs; if there is TB, outline the heart\" film.png -o answer"},
                   {positional("REQUEST", "what you want to know, in plain words"), kImage, optional(kOutput),
                    kModality, kSlice, kPlanner, kJson},
                   Program::kEngine});

  table.push_back({"plan",
                   "show the plan for a request, without running it",
                   "Each step shows the words that it came from; each part that is declined shows why. With --jsonl, "
                   "FILE holds one "
                   "request a line ({\"id\", \"prompt\", \"modality\"}) and one answer a line is printed, in order.",
                   {"galen plan \"Segment the lungs, and the heart if there is TB\" --modality cxr",
                    "galen plan --catalogue catalogue.json --jsonl requests.jsonl"},
                   {positional("REQUEST", "what you want to know, in plain words", false),
                    {"IMAGE", Kind::kPositional, "", "the image whose modality the plan is for", false, "", true},
                    kModality,
                    kSlice,
                    kPlanner,
                    {"--catalogue", Kind::kText, "FILE", "plan over this catalogue in place of the zoo", false, ""},
                    {"--jsonl", Kind::kText, "FILE", "plan a file of requests", false, ""},
                    {"--schema", Kind::kFlag, "", "print the JSON Schema of a plan", false, ""},
                    kJson},
                   Program::kGalen});

  table.push_back({"run",
                   "run a plan that was written by hand or edited",
                   "The plan is checked like any planner's. The folder gets the same files as with ask.",
                   {"galen run plan.json film.png -o answer"},
                   {positional("PLAN.json", "the plan (galen plan --schema describes it)"), kImage, kOutput, kModality,
                    kSlice, kJson},
                   Program::kEngine});

  table.push_back({"segment",
                   "one segmentation over many images",
                   "The mask of film.jpg is DIR/film.png; its values are those of the card's labels. Two images of the "
                   "same name are refused before anything runs.",
                   {"galen segment segment/lung-cxr films/*.png -o masks",
                    "galen segment segment/lung-cxr @films.txt -o masks --jsonl"},
                   {positional("TASK", "id of a zoo entry"),
                    kImage,
                    kOutput,
                    {"--probabilities", Kind::kFlag, "", "write a probability map beside each mask, 0-255", false, ""},
                    {"--overlay", Kind::kFlag, "", "write a picture of the outlines beside each mask", false, ""},
                    kSlice,
                    kJsonl,
                    kJson},
                   Program::kEngine});

  table.push_back({"classify",
                   "one classification over many images",
                   "Prints one line an image, in order: {\"image\", \"task\", \"class\", \"probabilities\", "
                   "\"confidence\", \"abstained\"}.",
                   {"galen classify classify/tuberculosis-cxr films/*.png"},
                   {positional("TASK", "id of a zoo entry"), kImage, kSlice, kJsonl, kJson},
                   Program::kEngine});

  table.push_back(
      {"measure",
       "area, volume, diameters and ratios of a mask",
       "Lengths are in millimetres where IMAGE (or a NIfTI mask itself) gives the spacing, in pixels elsewhere.",
       {"galen measure masks/film.png", "galen measure masks/film.png film.dcm --json"},
       {positional("MASK", "a PNG or NIfTI of class numbers"),
        positional("IMAGE", "the image that the mask belongs to", false), kSlice, kJson},
       Program::kEngine});

  table.push_back(
      {"train",
       "train a network as a recipe says and make it a zoo entry",
       "Evaluates on the validation cases and writes network and card. A run that was stopped goes on from its last "
       "checkpoint when started again. A recipe that goes on from an entry (\"from\") takes it out of --zoo.",
       {"galen train recipes/lung-cxr.json --data ../shared/data -o made",
        "galen train recipes/lung-cxr-refined.json --data ../shared/data --zoo made -o made"},
       {positional("RECIPE.json", "the recipe (docs/recipes.md)"),
        {"--data", Kind::kText, "DIR", "the folder that the recipe's tables are relative to", false,
         "$GALEN_DATA, else ../shared/data"},
        {"-o,--output", Kind::kText, "ZOO",
         "the zoo to write to, or the folder of the entry below it; needed unless --train-only", false, ""},
        {"--work", Kind::kText, "DIR", "the folder of checkpoints and log", false, "one for this recipe in the cache"},
        {"--epochs", Kind::kInteger, "N", "in place of the recipe's", false, ""},
        {"--fresh", Kind::kFlag, "", "forget the checkpoint", false, ""},
        {"--train-only", Kind::kFlag, "", "only train; the same command without it does the rest later", false, ""},
        kJson},
       Program::kTrainer});

  table.push_back({"eval",
                   "figures of an entry on labelled cases, with 95 % intervals",
                   "Each case runs through the same path that answers requests. Prints the mean figures, HD95 in mm "
                   "where every image's spacing is known, with --jsonl "
                   "one line a case "
                   "and the means as the last.",
                   {"galen eval segment/lung-cxr ../shared/data/cxr_tuberculosis/cases.csv"},
                   {positional("TASK", "id of a zoo entry"),
                    positional("CASES.csv", "columns id, image, mask or a class; paths are relative to the file"),
                    {"--split", Kind::kText, "NAME", "the cases of this split; all takes every one", false,
                     "val, or all where the table has no split column"},
                    {"--domain", Kind::kText, "NAME", "only the cases of this domain", false, ""},
                    kJsonl,
                    kJson},
                   Program::kEngine});

  table.push_back({"zoo list", "the entries, one a line", "", {"galen zoo list"}, {kJson}, Program::kGalen});
  table.push_back({"zoo show",
                   "an entry's card",
                   "",
                   {"galen zoo show segment/lung-cxr"},
                   {positional("TASK", "id of the entry"), kJson},
                   Program::kGalen});
  table.push_back({"zoo verify",
                   "check the entries' hashes and networks",
                   "",
                   {"galen zoo verify"},
                   {{"TASK", Kind::kPositionals, "", "ids of entries (all where none is given)", false, ""}, kJson},
                   Program::kGalen});
  table.push_back({"zoo add",
                   "copy an entry's folder into the zoo",
                   "The entry is checked first; one of the same id is not replaced.",
                   {"galen zoo add ~/spleen-ct"},
                   {positional("FOLDER", "holds card.json and the network file")},
                   Program::kGalen});
  table.push_back({"zoo remove",
                   "delete an entry's folder from the zoo",
                   "Refused while another entry uses its network.",
                   {"galen zoo remove segment/spleen-ct"},
                   {positional("TASK", "id of the entry")},
                   Program::kGalen});
  table.push_back({"zoo licences",
                   "the licences of the weights and of the data behind them",
                   "",
                   {"galen zoo licences"},
                   {kJson},
                   Program::kGalen});

  table.push_back({"bench",
                   "times of planning, loading, running and writing on this machine, as JSON",
                   "",
                   {"galen bench", "galen bench segment/lung-cxr --repeat 20"},
                   {{"TASK", Kind::kPositionals, "", "ids of entries (all where none is given)", false, ""},
                    {"--repeat", Kind::kInteger, "N", "measurements of each figure", false, "10"}},
                   Program::kEngine});

  table.push_back({"doctor",
                   "what this machine has, which entries verify, and what is missing",
                   "",
                   {"galen doctor"},
                   {kJson},
                   Program::kEngine});

  table.push_back({"convert",
                   "convert an image: PNG, JPEG, TIFF, NIfTI or DICOM to PNG or NIfTI",
                   "",
                   {"galen convert film.dcm film.png"},
                   {positional("IN", "the image"), positional("OUT", "the new file: .png, .nii or .nii.gz"), kSlice},
                   Program::kEngine});
  return table;
}

}  // namespace

const std::vector<Command>& command_table() {
  static const std::vector<Command> table = make_table();
  return table;
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> options = {
      {"--zoo", Kind::kText, "DIR", "the folder of zoo entries, over $GALEN_ZOO and the one that comes with galen",
       false, ""},
      {"--threads", Kind::kInteger, "N", "threads of the networks, over what was measured to be fastest", false, ""},
      {"--precision", Kind::kText, "P", "fp32 or bf16, over what was measured to be fastest", false, ""},
  };
  return options;
}

bool takes(const Command& command, const Option& global) {
  // The figures of a card are made in fp32 whatever is fastest.
  return command.program != Program::kTrainer || global.name != "--precision";
}

const Command* find_command(const std::string& name) {
  for (const Command& command : command_table()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::string option_key(const Option& option) {
  const auto dashes = option.name.rfind("--");
  if (dashes == std::string::npos) return option.name;
  return option.name.substr(dashes + 2);
}

std::string Arguments::text(const std::string& name, const std::string& otherwise) const {
  const auto found = values.find(name);
  return found == values.end() || found->second.empty() ? otherwise : found->second.front();
}

std::vector<std::string> Arguments::list(const std::string& name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::vector<std::string>() : found->second;
}

long Arguments::integer(const std::string& name, long otherwise) const {
  return has(name) ? std::stol(text(name)) : otherwise;
}

double Arguments::number(const std::string& name, double otherwise) const {
  return has(name) ? std::stod(text(name)) : otherwise;
}

int exit_status(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUsage:
      return kExitUsage;
    case ErrorKind::kRefused:
      return kExitRefused;
    case ErrorKind::kFailed:
    case ErrorKind::kInterrupted:
      break;
  }
  return kExitFailed;
}

}  // namespace galen::cli

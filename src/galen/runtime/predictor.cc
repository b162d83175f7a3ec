#include "galen/runtime/predictor.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <opencv2/core/utility.hpp>

#include "galen/base/files.h"
#include "galen/image/shown_range.h"
#include "galen/runtime/decide.h"
#include "galen/runtime/output_memo.h"
#include "galen/runtime/session_cache.h"

namespace galen::runtime {
namespace {

class Clock {
 public:
  // Seconds since the last call.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

struct Flip {
  bool horizontal = false;
  bool vertical = false;
};

// The image as it is comes first.
std::vector<Flip> flips_of(const zoo::Card& card) {
  std::vector<Flip> flips = {{}};
  for (const std::string& flip : card.flips) flips.push_back({flip == "horizontal", flip == "vertical"});
  return flips;
}

struct Box {
  int x = 0, y = 0, width = 0, height = 0;
};

// Of the mask's bounding box with the margin, inside the image; empty where the mask is.
Box box_of(const image::LabelMap& mask, double margin) {
  int left = mask.width, top = mask.height, right = -1, bottom = -1;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.at(x, y) == 0) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = y;
    }
  }
  if (right < left) return {};
  const int dx = static_cast<int>(std::lround(margin * (right - left + 1)));
  const int dy = static_cast<int>(std::lround(margin * (bottom - top + 1)));
  left = std::max(0, left - dx);
  top = std::max(0, top - dy);
  right = std::min(mask.width - 1, right + dx);
  bottom = std::min(mask.height - 1, bottom + dy);
  return {left, top, right - left + 1, bottom - top + 1};
}

image::Image cropped(const image::Image& image, const Box& box) {
  image::Image part;
  part.width = box.width;
  part.height = box.height;
  part.channels = image.channels;
  part.stored_bits = image.stored_bits;
  part.window_low_high = image::shown_range(image);  // Black and white stay those of the whole image
  part.samples.reserve(part.voxels() * static_cast<std::size_t>(part.channels));
  for (int y = 0; y < box.height; ++y) {
    const auto from = image.samples.begin() + static_cast<std::ptrdiff_t>(image.offset(box.x, box.y + y));
    part.samples.insert(part.samples.end(), from, from + static_cast<std::ptrdiff_t>(box.width) * image.channels);
  }
  return part;
}

// A map of the part, in the whole image's grid; `outside` elsewhere.
template <typename T>
std::vector<T> uncropped(const std::vector<T>& part, const Box& box, int width, int height, T outside) {
  std::vector<T> whole(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), outside);
  for (int y = 0; y < box.height; ++y) {
    std::copy_n(part.begin() + static_cast<std::ptrdiff_t>(y) * box.width, box.width,
                whole.begin() + static_cast<std::ptrdiff_t>(box.y + y) * width + box.x);
  }
  return whole;
}

// What of the image the network sees.
struct Seen {
  const image::Image* image = nullptr;
  image::Image part;                         // Where the mask crops; `image` then points to it
  const image::LabelMap* blanked = nullptr;  // Where the mask blanks
  Box box;
};

Status restrict_to(const image::LabelMap* within, const zoo::Card& card, const image::Image& image, Seen& seen) {
  seen.image = &image;
  seen.box = {0, 0, image.width, image.height};
  if (!within) return {};
  if (within->width != image.width || within->height != image.height || within->depth != image.depth) {
    return Error{card.id + ": the mask that restricts the input is not of the image's size"};
  }
  const Box box = box_of(*within, card.chain.margin);
  if (box.width == 0) return Error{card.id + ": the mask that restricts the input is empty"};
  if (card.chain.mode == zoo::ChainRule::Mode::kBlank) {
    seen.blanked = within;
    return {};
  }
  seen.box = box;
  seen.part = cropped(image, box);
  seen.image = &seen.part;
  return {};
}

std::vector<std::int64_t> input_shape(const zoo::Card& card) {
  return {1, card.input.channels, card.input.height, card.input.width};
}

Error is_a_volume(const zoo::Card& card, const image::Image& image) {
  return {card.id + " works on single images, and this is a volume of " + std::to_string(image.depth) +
          " slices; choose one with --slice"};
}

Error lacks_output(const zoo::Card& card) {
  return {card.id + ": the network has no output called \"" + card.output.name + "\""};
}

}  // namespace

struct Predictor::State {
  State(zoo::Zoo opened, PredictorOptions chosen)
      : zoo(std::move(opened)), options(std::move(chosen)), sessions(options.cache_bytes) {}

  Result<std::shared_ptr<Session>> session(const zoo::Card& card) {
    // Cards that share a network and its input's size share the session.
    std::string key = card.network.sha256;
    for (const std::int64_t side : input_shape(card)) key += " " + std::to_string(side);
    return sessions.get(key, [&]() -> Result<std::shared_ptr<Session>> {
      const Result<std::string> bytes = zoo.network_bytes(card);
      if (!bytes) return bytes.error();
      SessionOptions session_options = options.session;
      session_options.input_shape = input_shape(card);
      Result<std::shared_ptr<Session>> made =
          make_session(*bytes, card.network.sha256, cache_folder(), session_options);
      if (!made) return made.error_in(card.id);
      return made;
    });
  }

  // Runs the card's network on all placements and flips, or finds what it said of the same image before.
  Result<std::shared_ptr<const RawOutputs>> outputs(const zoo::Card& card, const Seen& seen, StepTimes& times) {
    Clock clock;
    Result<std::shared_ptr<Session>> ready = session(card);
    times.load_seconds += clock.lap();
    if (!ready) return ready.error();

    const std::vector<Flip> flips = flips_of(card);
    std::string key =
        card.network.sha256 + " " + to_text(zoo::to_json(card.input)) + " " + image_identity(*seen.image, seen.blanked);
    for (const std::string& flip : card.flips) key += " " + flip;
    if (std::shared_ptr<const RawOutputs> known = memo.find(key)) {
      times.preprocess_seconds += clock.lap();
      return known;
    }

    Result<PreparedImage> prepared = prepare(*seen.image, card.input);
    if (!prepared) return prepared.error_in(card.id);
    if (seen.blanked) blank_outside(*prepared, *seen.blanked);
    auto raw = std::make_shared<RawOutputs>();
    raw->placements = placements(*prepared, card.input);
    raw->names = (*ready)->outputs();
    times.preprocess_seconds += clock.lap();
    for (const PixelMap& placement : raw->placements) {
      const TensorF upright = sample(*prepared, placement, card.input);
      auto& by_flip = raw->tensors.emplace_back();
      for (const Flip& flip : flips) {
        TensorF input = upright;
        mirror(input.values, card.input.width, card.input.height, flip.horizontal, flip.vertical);
        times.preprocess_seconds += clock.lap();
        Result<std::vector<TensorF>> answer = (*ready)->run({std::move(input)}, raw->names);
        times.network_seconds += clock.lap();
        if (!answer) return answer.error_in(card.id);
        by_flip.push_back(*std::move(answer));
      }
    }
    raw->field_of_view = std::move(prepared->field_of_view);
    std::shared_ptr<const RawOutputs> kept = std::move(raw);
    memo.keep(key, kept);
    return kept;
  }

  zoo::Zoo zoo;
  PredictorOptions options;
  SessionCache sessions;
  OutputMemo memo;
};

Predictor::Predictor(zoo::Zoo zoo, PredictorOptions options)
    : state_(std::make_unique<State>(std::move(zoo), std::move(options))) {
  // Where images go on side by side, splitting up the work on one of them only makes threads wait for each other.
  if (state_->options.session.streams > 1) cv::setNumThreads(1);
}
Predictor::~Predictor() = default;

const zoo::Zoo& Predictor::zoo() const { return state_->zoo; }

Status Predictor::warm(const std::string& id) {
  const Result<zoo::Card> card = state_->zoo.card(id);
  if (!card) return card.error();
  const Result<std::shared_ptr<Session>> session = state_->session(*card);
  if (!session) return session.error();
  return {};
}

Result<Segmentation> Predictor::segment(const std::string& id, const image::Image& image, const SegmentOptions& options,
                                        StepTimes* times) {
  const Result<zoo::Card> card = state_->zoo.card(id);
  if (!card) return card.error();
  if (card->task != zoo::Task::kSegment) return usage_error(id + " does not segment; use it with 'classify'");
  if (image.is_volume()) return is_a_volume(*card, image);
  StepTimes ignored;
  StepTimes& spent = times ? *times : ignored;
  Seen seen;
  if (Status status = restrict_to(options.within, *card, image, seen); !status) return status.error();
  Result<std::shared_ptr<const RawOutputs>> raw = state_->outputs(*card, seen, spent);
  if (!raw) return raw.error();

  Clock clock;
  const auto wanted = std::find((*raw)->names.begin(), (*raw)->names.end(), card->output.name);
  if (wanted == (*raw)->names.end()) return lacks_output(*card);
  const std::size_t output = static_cast<std::size_t>(wanted - (*raw)->names.begin());
  const std::vector<Flip> flips = flips_of(*card);
  std::vector<std::vector<std::vector<float>>> tiles;
  for (const auto& by_flip : (*raw)->tensors) {
    std::vector<std::vector<float>> mean;
    for (std::size_t f = 0; f < flips.size(); ++f) {
      Result<std::vector<std::vector<float>>> labels = label_probabilities(*card, by_flip[f][output]);
      if (!labels) return labels.error();
      for (std::vector<float>& map : *labels)
        mirror(map, card->input.width, card->input.height, flips[f].horizontal, flips[f].vertical);
      if (mean.empty()) {
        mean = *std::move(labels);
        continue;
      }
      for (std::size_t l = 0; l < mean.size(); ++l) {
        for (std::size_t i = 0; i < mean[l].size(); ++i) mean[l][i] += (*labels)[l][i];
      }
    }
    if (flips.size() > 1) {
      for (std::vector<float>& map : mean) {
        for (float& value : map) value /= static_cast<float>(flips.size());
      }
    }
    tiles.push_back(std::move(mean));
  }
  image::LabelMap field = (*raw)->field_of_view;
  if (card->post.inside_field_of_view && field.labels.empty()) field = field_of_view(*seen.image);
  Segmentation result =
      decide_segmentation(*card, blend((*raw)->placements, tiles, card->input.width, card->input.height),
                          seen.image->width, seen.image->height, std::move(field), options.probabilities);
  if (seen.image != &image) {
    result.mask.labels = uncropped(result.mask.labels, seen.box, image.width, image.height, std::uint8_t{0});
    result.mask.width = image.width;
    result.mask.height = image.height;
    for (std::vector<float>& map : result.probability) map = uncropped(map, seen.box, image.width, image.height, 0.0F);
    if (!result.field_of_view.labels.empty()) {
      result.field_of_view.labels =
          uncropped(result.field_of_view.labels, seen.box, image.width, image.height, std::uint8_t{0});
      result.field_of_view.width = image.width;
      result.field_of_view.height = image.height;
    }
  }
  spent.postprocess_seconds += clock.lap();
  return result;
}

Result<Classification> Predictor::classify(const std::string& id, const image::Image& image,
                                           const image::LabelMap* within, StepTimes* times) {
  const Result<zoo::Card> card = state_->zoo.card(id);
  if (!card) return card.error();
  if (card->task != zoo::Task::kClassify) return usage_error(id + " does not classify; use it with 'segment'");
  if (image.is_volume()) return is_a_volume(*card, image);
  StepTimes ignored;
  StepTimes& spent = times ? *times : ignored;
  Seen seen;
  if (Status status = restrict_to(within, *card, image, seen); !status) return status.error();
  Result<std::shared_ptr<const RawOutputs>> raw = state_->outputs(*card, seen, spent);
  if (!raw) return raw.error();

  Clock clock;
  const auto index_of = [&](const std::string& name) {
    const auto at = std::find((*raw)->names.begin(), (*raw)->names.end(), name);
    return static_cast<std::size_t>(at - (*raw)->names.begin());
  };
  const std::size_t output = index_of(card->output.name);
  if (output == (*raw)->names.size()) return lacks_output(*card);
  const std::size_t expected = card->classes.size();
  std::vector<float> logits;
  float runs = 0;
  for (const auto& by_flip : (*raw)->tensors) {
    for (const auto& outputs : by_flip) {
      const std::vector<float>& values = outputs[output].values;
      if (values.size() != expected && !(values.size() == 1 && expected == 2)) {
        return Error{id + ": the network gives " + std::to_string(values.size()) + " values, the card names " +
                     std::to_string(expected) + " classes"};
      }
      logits.resize(values.size(), 0.0F);
      for (std::size_t i = 0; i < values.size(); ++i) logits[i] += values[i];
      ++runs;
    }
  }
  for (float& value : logits) value /= runs;
  Classification result = classification_from_logits(*card, logits);
  const std::size_t saliency = index_of(card->output.saliency);
  // Tiles each have a map of their own; there is none of the whole.
  if (!card->output.saliency.empty() && saliency < (*raw)->names.size() && (*raw)->placements.size() == 1) {
    add_saliency(*card, (*raw)->tensors.front().front()[saliency], result);
    const bool whole = card->input.fit == zoo::InputRule::Fit::kStretch && (*raw)->field_of_view.labels.empty() &&
                       seen.image == &image;
    const PixelMap image_from_seen{1, 0, static_cast<double>(seen.box.x), 0, 1, static_cast<double>(seen.box.y)};
    if (!whole) {
      spread_saliency(*card, compose(image_from_seen, (*raw)->placements.front()), image.width, image.height, result);
    }
  }
  spent.postprocess_seconds += clock.lap();
  return result;
}

}  // namespace galen::runtime

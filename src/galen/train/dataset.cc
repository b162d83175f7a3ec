#include "galen/train/dataset.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "galen/image/read.h"

namespace galen::train {
namespace {

constexpr std::uint8_t kOutside = 0x80;  // Above the bits of every channel (evaluate::kMostChannels is 7)

using Halves = std::vector<std::uint16_t>;

Halves to_halves(const std::vector<float>& values) {
  Halves halves(values.size());
  if (values.empty()) return halves;
  const cv::Mat from(1, static_cast<int>(values.size()), CV_32F, const_cast<float*>(values.data()));
  cv::Mat to(1, static_cast<int>(values.size()), CV_16F, halves.data());
  from.convertTo(to, CV_16F);
  return halves;
}

std::vector<float> to_floats(const Halves& halves) {
  std::vector<float> values(halves.size());
  if (values.empty()) return values;
  const cv::Mat from(1, static_cast<int>(halves.size()), CV_16F, const_cast<std::uint16_t*>(halves.data()));
  cv::Mat to(1, static_cast<int>(halves.size()), CV_32F, values.data());
  from.convertTo(to, CV_32F);
  return values;
}

bool same_size(const image::LabelMap& map, const image::Image& image) {
  return map.width == image.width && map.height == image.height;
}

}  // namespace

struct StoredCase {
  runtime::PreparedImage frame;  // Sizes and field of view; the samples are below
  Halves planes;
  std::vector<Halves> reduced;
  std::vector<runtime::PixelMap> placements;
  image::LabelMap bits;  // With kOutside where figures do not look; empty: not segmented
  int known = 0;

  std::size_t bytes() const {
    std::size_t sum = 2 * planes.size() + bits.labels.size() + frame.field_of_view.labels.size();
    for (const Halves& level : reduced) sum += 2 * level.size();
    return sum;
  }
  runtime::PreparedImage prepared() const {
    runtime::PreparedImage image = frame;
    image.planes = to_floats(planes);
    for (std::size_t i = 0; i < reduced.size(); ++i) image.reduced[i].planes = to_floats(reduced[i]);
    return image;
  }
};

Dataset::Dataset(std::vector<evaluate::Case> cases, const Recipe& recipe, std::size_t memory_bytes)
    : cases_(std::move(cases)),
      rule_(recipe.input()),
      drawn_rule_(recipe.training_input()),
      augment_(recipe.augment),
      segments_(recipe.has_segmentation()),
      memory_bytes_(memory_bytes),
      stored_(cases_.size()) {}

Dataset::~Dataset() = default;

Result<std::shared_ptr<const StoredCase>> Dataset::get(std::size_t index) const {
  {
    const std::lock_guard lock(mutex_);
    if (stored_[index]) return stored_[index];
  }
  const evaluate::Case& one = cases_[index];
  const Result<image::Image> image = image::read_image(one.image);
  if (!image) return image.error();
  Result<runtime::PreparedImage> prepared = runtime::prepare(*image, rule_);
  if (!prepared) return prepared.error_in(one.image.string());
  auto stored = std::make_shared<StoredCase>();
  stored->placements = runtime::placements(*prepared, rule_);
  const runtime::PixelMap& first = stored->placements.front();
  const double closest = std::max(1.0, augment_.scale[1]) * std::sqrt(1 + augment_.stretch);
  runtime::discard_fine_levels(*prepared, std::min(first.a, first.e) / closest);

  if (segments_ && !one.mask.empty()) {
    const Result<image::LabelMap> mask = image::read_label_map(one.mask);
    if (!mask) return mask.error();
    if (!same_size(*mask, *image)) return Error{one.mask.string() + ": it is not of the image's size"};
    evaluate::ChannelMap channels = evaluate::channel_map(*mask, one.targets);
    stored->bits = std::move(channels.bits);
    stored->known = channels.known;
    if (!one.field_of_view.empty()) {
      const Result<image::LabelMap> field = image::read_label_map(one.field_of_view);
      if (!field) return field.error();
      if (!same_size(*field, *image)) return Error{one.field_of_view.string() + ": it is not of the image's size"};
      for (std::size_t i = 0; i < field->labels.size(); ++i) {
        if (field->labels[i] == 0) stored->bits.labels[i] = kOutside;
      }
    }
  }
  stored->planes = to_halves(prepared->planes);
  for (runtime::ReducedLevel& level : prepared->reduced) {
    stored->reduced.push_back(to_halves(level.planes));
    std::vector<float>().swap(level.planes);
  }
  std::vector<float>().swap(prepared->planes);
  stored->frame = std::move(*prepared);

  const std::lock_guard lock(mutex_);
  if (!stored_[index] && stored_bytes_ + stored->bytes() <= memory_bytes_) {
    stored_[index] = stored;
    stored_bytes_ += stored->bytes();
  }
  return std::shared_ptr<const StoredCase>(stored);
}

namespace {

// Splits a sampled map of bits into the channels' bits and where they count.
void take_labels(const image::LabelMap& map, Sample& sample) {
  sample.bits.resize(map.labels.size());
  sample.counts.resize(map.labels.size());
  for (std::size_t i = 0; i < map.labels.size(); ++i) {
    sample.counts[i] = (map.labels[i] & kOutside) == 0 ? 1 : 0;
    sample.bits[i] = sample.counts[i] ? map.labels[i] : std::uint8_t{0};
  }
}

// A tile whose centre is a random pixel of the picture's illuminated part.
runtime::PixelMap random_tile(const runtime::PreparedImage& prepared, const runtime::PixelMap& tile,
                              const zoo::InputRule& rule, Random& random) {
  runtime::PixelMap map = tile;
  double x = 0, y = 0;
  for (int tries = 0; tries < 50; ++tries) {
    x = random.uniform() * (prepared.width - 1);
    y = random.uniform() * (prepared.height - 1);
    if (prepared.field_of_view.labels.empty()) break;
    if (prepared.field_of_view.at(static_cast<int>(x + 0.5), static_cast<int>(y + 0.5)) != 0) break;
  }
  map.c = x - map.a * (rule.width - 1) / 2.0;
  map.f = y - map.e * (rule.height - 1) / 2.0;
  return map;
}

}  // namespace

Result<Sample> Dataset::draw(std::size_t index, Random random) const {
  const Result<std::shared_ptr<const StoredCase>> found = get(index);
  if (!found) return found.error();
  const StoredCase& stored = **found;
  const runtime::PreparedImage prepared = stored.prepared();
  runtime::PixelMap placement = stored.placements.front();
  if (drawn_rule_.fit == zoo::InputRule::Fit::kTiles) placement = random_tile(prepared, placement, drawn_rule_, random);
  const GeometricChange change = draw_geometric_change(augment_, drawn_rule_.width, drawn_rule_.height, random);
  const runtime::PixelMap map = runtime::compose(placement, change.unchanged_from_changed);
  const runtime::Displacement* displacement = change.displacement ? &*change.displacement : nullptr;

  Sample sample;
  sample.class_index = cases_[index].class_index;
  runtime::TensorF image =
      runtime::sample_map(prepared, map, drawn_rule_, drawn_rule_.width, drawn_rule_.height, displacement);
  change_intensities(augment_, drawn_rule_.intensity != zoo::InputRule::Intensity::kZScore, image, random);
  runtime::normalise(image, drawn_rule_);
  sample.image = std::move(image.values);
  if (!stored.bits.labels.empty()) {
    sample.known = stored.known;
    take_labels(runtime::sample_labels(stored.bits, map, drawn_rule_.width, drawn_rule_.height, displacement, kOutside),
                sample);
  }
  return sample;
}

Result<std::vector<Sample>> Dataset::views(std::size_t index) const {
  const Result<std::shared_ptr<const StoredCase>> found = get(index);
  if (!found) return found.error();
  const StoredCase& stored = **found;
  const runtime::PreparedImage prepared = stored.prepared();
  std::vector<Sample> samples;
  for (const runtime::PixelMap& map : stored.placements) {
    Sample sample;
    sample.class_index = cases_[index].class_index;
    sample.image = runtime::sample(prepared, map, rule_).values;
    if (!stored.bits.labels.empty()) {
      sample.known = stored.known;
      take_labels(runtime::sample_labels(stored.bits, map, rule_.width, rule_.height, nullptr, kOutside), sample);
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

std::vector<std::size_t> epoch_order(const Dataset& dataset, int images_per_epoch, std::uint64_t seed, int epoch) {
  Random random = Random::for_stream(seed, static_cast<std::uint64_t>(epoch));
  std::vector<std::size_t> round;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    for (int k = 0; k < dataset.info(i).repeat; ++k) round.push_back(i);
  }
  const std::size_t wanted = images_per_epoch > 0 ? static_cast<std::size_t>(images_per_epoch) : round.size();
  std::vector<std::size_t> order;
  while (order.size() < wanted && !round.empty()) {
    random.shuffle(round);
    order.insert(order.end(), round.begin(), round.end());
  }
  order.resize(std::min(order.size(), wanted));
  return order;
}

}  // namespace galen::train

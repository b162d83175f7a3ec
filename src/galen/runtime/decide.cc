#include "galen/runtime/decide.h"

#include <algorithm>
#include <cmath>

#include "galen/runtime/postprocess.h"

namespace galen::runtime {
namespace {

// Mean probability at the scores' own grid points, of the label that the final mask has there.
double confidence_of(const zoo::Card& card, const ScoreMap& scores, const image::LabelMap& mask) {
  std::vector<int> position(256, -1);
  for (std::size_t l = 0; l < card.labels.size(); ++l)
    position[static_cast<std::size_t>(card.labels[l].value)] = static_cast<int>(l);
  double labelled = 0, elsewhere = 0;
  std::size_t labelled_points = 0, points = 0;
  for (int y = 0; y < scores.height; ++y) {
    const int v = static_cast<int>(std::lround(scores.image_from_grid.e * y + scores.image_from_grid.f));
    if (v < 0 || v >= mask.height) continue;
    for (int x = 0; x < scores.width; ++x) {
      const int u = static_cast<int>(std::lround(scores.image_from_grid.a * x + scores.image_from_grid.c));
      if (u < 0 || u >= mask.width) continue;
      const std::size_t at = static_cast<std::size_t>(y) * scores.width + x;
      const int label = position[mask.at(u, v)];
      ++points;
      if (label >= 0) {
        labelled += static_cast<double>(scores.probability[static_cast<std::size_t>(label)][at]);
        ++labelled_points;
      } else {
        float highest = 0;
        for (const std::vector<float>& map : scores.probability) highest = std::max(highest, map[at]);
        elsewhere += static_cast<double>(highest);
      }
    }
  }
  if (labelled_points > 0) return labelled / static_cast<double>(labelled_points);
  return points > 0 ? 1 - elsewhere / static_cast<double>(points) : 0;
}

}  // namespace

Segmentation decide_segmentation(const zoo::Card& card, const ScoreMap& scores, int width, int height,
                                 image::LabelMap field_of_view, bool probabilities) {
  Segmentation result;
  result.field_of_view = std::move(field_of_view);
  result.mask.width = width;
  result.mask.height = height;
  const std::size_t pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  result.mask.labels.assign(pixels, 0);
  const std::size_t labels = card.labels.size();
  std::vector<LogitsInImage> logits;
  std::vector<float> thresholds;
  for (std::size_t l = 0; l < labels; ++l) {
    logits.emplace_back(scores, l, width);
    thresholds.push_back(logit(static_cast<float>(card.labels[l].threshold)));
    if (probabilities) result.probability.emplace_back(pixels);
  }
  const std::size_t columns = static_cast<std::size_t>(width);
  std::vector<float> row(columns), highest(columns);
  for (int y = 0; y < height; ++y) {
    const std::size_t start = static_cast<std::size_t>(y) * columns;
    std::uint8_t* mask = result.mask.labels.data() + start;
    // Of several labels at or above their thresholds, the one furthest above wins.
    std::fill(highest.begin(), highest.end(), -1.0F);
    for (std::size_t l = 0; l < labels; ++l) {
      logits[l].row(y, row.data());
      const std::uint8_t value = static_cast<std::uint8_t>(card.labels[l].value);
      for (std::size_t x = 0; x < columns; ++x) {
        const float above = row[x] - thresholds[l];
        const bool wins = above >= 0 && above > highest[x];
        highest[x] = wins ? above : highest[x];
        mask[x] = wins ? value : mask[x];
      }
      if (!probabilities) continue;
      std::transform(row.begin(), row.end(), result.probability[l].begin() + static_cast<std::ptrdiff_t>(start),
                     sigmoid);
    }
  }
  postprocess(result.mask, card, result.field_of_view);
  result.confidence = confidence_of(card, scores, result.mask);
  return result;
}

Result<Segmentation> segmentation_from_logits(const zoo::Card& card, const std::vector<TensorF>& tile_logits,
                                              const image::Image& image, bool probabilities) {
  Result<PreparedImage> prepared = prepare(image, card.input);
  if (!prepared) return prepared.error();
  const std::vector<PixelMap> maps = placements(*prepared, card.input);
  if (maps.size() != tile_logits.size())
    return Error{card.id + ": the number of outputs is not that of the image's tiles"};
  std::vector<std::vector<std::vector<float>>> tiles;
  for (const TensorF& logits : tile_logits) {
    Result<std::vector<std::vector<float>>> labels = label_probabilities(card, logits);
    if (!labels) return labels.error();
    tiles.push_back(*std::move(labels));
  }
  image::LabelMap field = std::move(prepared->field_of_view);
  if (card.post.inside_field_of_view && field.labels.empty()) field = field_of_view(image);
  return decide_segmentation(card, blend(maps, tiles, card.input.width, card.input.height), image.width, image.height,
                             std::move(field), probabilities);
}

Classification classification_from_logits(const zoo::Card& card, const std::vector<float>& logits) {
  const std::size_t classes = card.classes.size();
  std::vector<double> scores(logits.begin(), logits.end());
  const bool one_logit = scores.size() == 1 && classes == 2;
  // A single logit is that of class 1 against class 0.
  if (one_logit) {
    const bool probability = card.output.activation == zoo::OutputRule::Activation::kNone;
    scores.insert(scores.begin(), probability ? 1 - scores[0] : 0.0);
  }
  scores.resize(classes, -1e9);

  Classification result;
  std::vector<double> by_card;
  for (const zoo::Class& one : card.classes) {
    double score = scores[static_cast<std::size_t>(one.index)];
    if (card.output.activation != zoo::OutputRule::Activation::kNone) {
      score = score / card.output.temperature + (one.normal ? 0 : card.output.bias);
    }
    by_card.push_back(score);
  }
  const bool from_logits = card.output.activation != zoo::OutputRule::Activation::kNone;
  const double largest = *std::max_element(by_card.begin(), by_card.end());
  double sum = 0;
  for (double& score : by_card) {
    score = from_logits ? std::exp(score - largest) : std::max(0.0, score);
    sum += score;
  }
  for (const double score : by_card) {
    result.probabilities.push_back(sum > 0 ? score / sum : 1.0 / static_cast<double>(classes));
  }

  double abnormal = 0;
  bool has_normal = false;
  for (std::size_t c = 0; c < classes; ++c) {
    if (card.classes[c].normal) has_normal = true;
    else abnormal += result.probabilities[c];
  }
  result.positive = abnormal >= card.output.threshold;
  if (card.output.abstain_low_high) {
    const auto [low, high] = *card.output.abstain_low_high;
    result.abstained = abnormal > low && abnormal < high;
  }
  // The reported class is on the side that the threshold decides; without a normal class it is the most probable one.
  int best = -1;
  for (std::size_t c = 0; c < classes; ++c) {
    if (has_normal && card.classes[c].normal == result.positive) continue;
    if (best < 0 || result.probabilities[c] > result.probabilities[static_cast<std::size_t>(best)])
      best = static_cast<int>(c);
  }
  result.best = std::max(best, 0);
  result.confidence = result.probabilities[static_cast<std::size_t>(result.best)];
  return result;
}

void add_saliency(const zoo::Card& card, const TensorF& output, Classification& classification) {
  if (output.shape.size() != 4 || output.shape[0] < 1) return;
  const std::size_t channels = static_cast<std::size_t>(output.shape[1]);
  const std::size_t pixels = static_cast<std::size_t>(output.shape[2] * output.shape[3]);
  const bool has_normal =
      std::any_of(card.classes.begin(), card.classes.end(), [](const auto& one) { return one.normal; });
  std::vector<float> map(pixels, 0.0F);
  for (std::size_t c = 0; c < card.classes.size(); ++c) {
    const bool counts = has_normal ? !card.classes[c].normal : static_cast<int>(c) == classification.best;
    // A map of one channel belongs to the single logit's class.
    const std::size_t channel = channels == 1 ? 0 : static_cast<std::size_t>(card.classes[c].index);
    if (!counts || channel >= channels) continue;
    for (std::size_t i = 0; i < pixels; ++i) map[i] = std::max(map[i], output.values[channel * pixels + i]);
  }
  const float largest = *std::max_element(map.begin(), map.end());
  if (largest > 0) {
    for (float& value : map) value = std::max(0.0F, value) / largest;
  }
  classification.saliency = std::move(map);
  classification.saliency_width = static_cast<int>(output.shape[3]);
  classification.saliency_height = static_cast<int>(output.shape[2]);
}

void spread_saliency(const zoo::Card& card, const PixelMap& image_from_input, int image_width, int image_height,
                     Classification& classification) {
  constexpr int kSide = 64;
  const int width = classification.saliency_width, height = classification.saliency_height;
  if (width == 0 || height == 0) return;
  const PixelMap back = inverse(image_from_input);
  std::vector<float> spread(static_cast<std::size_t>(kSide) * kSide, 0.0F);
  const auto value = [&](int x, int y) {
    const int cx = std::clamp(x, 0, width - 1), cy = std::clamp(y, 0, height - 1);
    return classification.saliency[static_cast<std::size_t>(cy) * width + cx];
  };
  for (int j = 0; j < kSide; ++j) {
    for (int i = 0; i < kSide; ++i) {
      const double x = (i + 0.5) / kSide * image_width - 0.5, y = (j + 0.5) / kSide * image_height - 0.5;
      const double u = (back.a * x + back.b * y + back.c + 0.5) / card.input.width * width - 0.5;
      const double v = (back.d * x + back.e * y + back.f + 0.5) / card.input.height * height - 0.5;
      if (u < -0.5 || v < -0.5 || u > width - 0.5 || v > height - 0.5) continue;
      const int left = static_cast<int>(std::floor(u)), top = static_cast<int>(std::floor(v));
      const float pu = static_cast<float>(u - left), pv = static_cast<float>(v - top);
      const float above = value(left, top) + pu * (value(left + 1, top) - value(left, top));
      const float below = value(left, top + 1) + pu * (value(left + 1, top + 1) - value(left, top + 1));
      spread[static_cast<std::size_t>(j) * kSide + static_cast<std::size_t>(i)] = above + pv * (below - above);
    }
  }
  classification.saliency = std::move(spread);
  classification.saliency_width = classification.saliency_height = kSide;
}

}  // namespace galen::runtime

#include "ops/measure/finding.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ops/demonstration/dice.h"
#include "ops/measure/door_client.h"
#include "ops/measure/stopwatch.h"
#include "protocol/base/bytes.h"

namespace redress::measure {
namespace {

constexpr std::int64_t found_s_max = 120;
constexpr std::size_t chinese_min = 2;
constexpr std::size_t chinese_max = 6;
constexpr std::size_t letters_min = 4;
constexpr std::size_t letters_max = 12;
constexpr std::size_t chinese_bytes = 3;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A character of U+4E00 to U+9FFF begins here.
bool is_chinese(const std::string& text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  return at + chinese_bytes <= text.size() && lead >= 0xE4 && lead <= 0xE9;
}

// As much as may be of what stands at `at`; empty if that is too short.
std::string drawn_at(const std::string& text, std::size_t at, std::size_t wanted) {
  std::size_t count = 0;
  std::size_t end = at;
  if (is_chinese(text, at)) {
    for (; count < std::min(wanted, chinese_max) && end < text.size() && is_chinese(text, end); ++count)
      end += chinese_bytes;
    return count >= chinese_min ? text.substr(at, end - at) : std::string{};
  }
  for (; count < std::min(wanted, letters_max) && end < text.size() && is_letter(text[end]); ++count) ++end;
  return count >= letters_min ? text.substr(at, end - at) : std::string{};
}

std::size_t below(demo::Dice& dice, std::size_t bound) {
  return static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(bound)));
}

std::string present(demo::Dice& dice, const Texts& texts, std::size_t count) {
  for (;;) {
    const std::string& text = texts[below(dice, std::min(count, texts.size()))];
    std::string out =
        drawn_at(text, below(dice, text.size()), letters_min + below(dice, letters_max - letters_min + 1));
    if (!out.empty()) return out;
  }
}

// What looks like those, and is in no text: the halves of two, put together.
std::string absent(demo::Dice& dice, const Texts& texts) {
  for (;;) {
    const std::string one = present(dice, texts, texts.size());
    const std::string other = present(dice, texts, texts.size());
    const std::string out = other + one;
    const bool is_there = std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
      return std::search(text.begin(), text.end(), out.begin(), out.end(), [](char a, char b) {
               return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
             }) != text.end();
    });
    if (!is_there) return out;
  }
}

std::string question(const std::string& words) {
  std::string out = "/api/v1/search?limit=1&q=";
  for (const char c : words) out += "%" + to_hex(view_of(std::string_view{&c, 1}));
  return out;
}

// Nothing while the views are behind.
Result<std::optional<bool>> is_found(tool::Client& client, const std::string& words) {
  const auto answer = client.get(question(words));
  if (!answer) return fail(answer.error());
  if (answer->value("stale", true)) return std::optional<bool>{};
  return std::optional{answer->contains("cases") && !(*answer)["cases"].empty()};
}

}  // namespace

Result<double> seconds_until_found(Stage& stage, Office& office, std::size_t count) {
  const std::int64_t begun = ns_now();
  auto client = client_of(office.network().home(head_office));
  if (!client) return fail(client.error());
  demo::Dice dice{20'261'129};
  // While the views are behind, each answer waits for them.
  for (bool level = false; !level;) {
    const auto known = is_found(*client, present(dice, stage.texts(), count));
    if (!known) return fail(known.error());
    level = known->has_value();
    if (!level && ns_now() - begun > found_s_max * ns_a_s)
      return fail(Code::unreachable, "the views do not come level");
  }
  for (std::size_t i = 0; i < sought_count; ++i) {
    const std::string words = present(dice, stage.texts(), count);
    const auto found = is_found(*client, words);
    if (!found) return fail(found.error());
    if (!found->value_or(false)) return fail(Code::not_found, "not found: " + words);
  }
  const double seconds = static_cast<double>(ns_now() - begun) / static_cast<double>(ns_a_s);
  for (std::size_t i = 0; i < sought_count; ++i) {
    const std::string words = absent(dice, stage.texts());
    const auto found = is_found(*client, words);
    if (!found) return fail(found.error());
    if (found->value_or(false)) return fail(Code::bad_value, "found, and is in no body: " + words);
  }
  return seconds;
}

}  // namespace redress::measure

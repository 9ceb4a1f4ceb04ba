#include "protocol/casework/forms.h"

#include <algorithm>
#include <array>
#include <string>

#include "protocol/base/assert.h"
#include "protocol/base/time.h"

namespace redress::casework {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_'; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

bool is_day(std::string_view yyyymmdd) {
  std::string iso{yyyymmdd.substr(0, 4)};
  iso.append("-").append(yyyymmdd.substr(4, 2)).append("-").append(yyyymmdd.substr(6, 2));
  return is_iso_date(iso) && yyyymmdd >= "18000101";
}

// GB 11643: weights 2^(17-i) mod 11, the sum's remainder picks the last character.
bool has_id_check(std::string_view id) {
  constexpr std::array weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr std::string_view checks = "10X98765432";
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (id[i] - '0');
  const char last = id[17] == 'x' ? 'X' : id[17];
  return checks[static_cast<std::size_t>(sum % 11)] == last;
}

std::optional<std::string_view> resident_id_fault(std::string_view id) {
  if (id.size() == 15 && all_digits(id)) {
    if (is_day("19" + std::string{id.substr(6, 6)})) return std::nullopt;
    return "an identity number with a day of birth that exists (身份证号出生日期有误)";
  }
  const bool shaped = id.size() == 18 && all_digits(id.substr(0, 17)) && (is_digit(id[17]) || (id[17] | 0x20) == 'x');
  if (!shaped) return "an identity number of 18 characters, or 15 digits (身份证号应为18位，一代为15位)";
  if (!is_day(id.substr(6, 8))) return "an identity number with a day of birth that exists (身份证号出生日期有误)";
  if (!has_id_check(id)) return "an identity number whose last character fits (身份证号校验位不符)";
  return std::nullopt;
}

bool has_luhn_check(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int value = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) value = value > 4 ? 2 * value - 9 : 2 * value;
    sum += value;
  }
  return sum % 10 == 0;
}

bool is_bank_card(std::string_view digits) {
  return digits.size() >= 13 && digits.size() <= 19 && all_digits(digits) && digits[0] != '0' && has_luhn_check(digits);
}

// GB 32100: 31 characters (no I, O, S, V, Z), weights 3^i mod 31.
bool is_social_credit(std::string_view code) {
  constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  if (code.size() != 18) return false;
  std::size_t sum = 0;
  std::size_t weight = 1;
  for (std::size_t i = 0; i < 17; ++i) {
    const auto value = alphabet.find(code[i]);
    if (value == std::string_view::npos) return false;
    sum += value * weight;
    weight = weight * 3 % 31;
  }
  return alphabet[(31 - sum % 31) % 31] == code[17];
}

bool is_email(std::string_view value) {
  const auto at = value.find('@');
  if (at == std::string_view::npos || at == 0 || value.find('@', at + 1) != std::string_view::npos) return false;
  const std::string_view domain = value.substr(at + 1);
  const auto dot = domain.rfind('.');
  const auto fits = [](char c) { return is_word(c) || c == '-' || c == '.'; };
  return dot != std::string_view::npos && dot > 0 && dot + 2 < domain.size() &&
         std::all_of(domain.begin(), domain.end(), fits) && value.find_first_of(" \t\r\n,;") == std::string_view::npos;
}

std::string digits_of(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), is_digit);
  return out;
}

// What stands between marks, without the spaces around it; nothing that is empty.
std::vector<std::string> between_marks(std::string_view text) {
  std::string value{text};
  for (const std::string_view mark : {"、", "，", "；"}) {
    for (auto at = value.find(mark); at != std::string::npos; at = value.find(mark))
      value.replace(at, mark.size(), ",");
  }
  const std::string_view view{value};
  std::vector<std::string> out;
  for (std::size_t from = 0; from < view.size();) {
    const std::size_t end = std::min(view.find_first_of(",;/", from), view.size());
    std::string_view one = view.substr(from, end - from);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (!one.empty()) out.emplace_back(one);
    from = end + 1;
  }
  return out;
}

// A space may also stand inside a number, so it separates only if each part is one.
bool are_telephones(std::string_view text) {
  if (is_telephone(text)) return true;
  const std::vector<std::string> all = between_marks(text);
  return !all.empty() && std::all_of(all.begin(), all.end(), [](std::string_view one) {
    const auto space = one.find(' ');
    const bool two = space != std::string_view::npos && is_telephone(one.substr(0, space)) &&
                     is_telephone(one.substr(one.find_last_of(' ') + 1));
    return two || is_telephone(one);
  });
}

bool are_representatives(std::string_view text) {
  constexpr std::size_t representatives_max = 5;
  const std::size_t count = between_marks(text).size();
  return count > 0 && count <= representatives_max;
}

}  // namespace

bool is_mobile(std::string_view digits) {
  return digits.size() == 11 && all_digits(digits) && digits[0] == '1' && digits[1] >= '3';
}

bool is_telephone(std::string_view value) {
  const bool abroad = value.starts_with('+');
  std::string_view rest = abroad ? value.substr(1) : value;
  std::string_view extension;
  for (const std::string_view mark : {"转", "ext.", "ext", "x", "#"}) {
    const auto at = rest.find(mark);
    if (at == std::string_view::npos) continue;
    extension = rest.substr(at + mark.size());
    rest = rest.substr(0, at);
    if (extension.size() > 6 || digits_of(extension).empty()) return false;
    break;
  }
  const auto fits = [](char c) { return is_digit(c) || c == ' ' || c == '-' || c == '(' || c == ')'; };
  if (rest.empty() || !std::all_of(rest.begin(), rest.end(), fits)) return false;
  std::string digits = digits_of(rest);
  if (abroad && !digits.starts_with("86")) return digits.size() >= 7 && digits.size() <= 15;
  if (digits.size() > 11 && digits.starts_with("86")) digits.erase(0, 2);
  if (is_mobile(digits)) return true;
  const bool area = digits.starts_with('0') && digits.size() >= 10 && digits.size() <= 12 && digits[1] != '0';
  const bool local = (digits.size() == 7 || digits.size() == 8) && digits[0] >= '2';
  const bool free_call = digits.size() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
  const bool service =
      (digits.size() >= 5 && digits.size() <= 8 && digits[0] == '9') || (digits.size() == 5 && digits[0] == '1');
  return area || local || free_call || service;
}

bool is_resident_id_type(std::string_view id_type) {
  for (const std::string_view name : {"居民身份证", "身份证", "resident identity card", "resident id", "id card"}) {
    std::string lower{id_type};
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    if (lower == name) return true;
  }
  return false;
}

std::optional<std::string_view> form_fault(Form form, std::string_view value) {
  const auto unless = [](bool fits, std::string_view fault) {
    return fits ? std::nullopt : std::optional<std::string_view>{fault};
  };
  const auto shaped = [](char c) { return is_digit(c) || is_letter(c) || c == '-'; };
  switch (form) {
    case Form::any:
      return std::nullopt;
    case Form::resident_id:
      return resident_id_fault(value);
    case Form::phone:
      return unless(are_telephones(value), "a telephone number (应为手机、固定电话或服务号码)");
    case Form::bank_card:
      return unless(is_bank_card(value), "a card number of 13 to 19 digits whose last digit fits (卡号校验位不符)");
    case Form::account:
      return unless(value.size() >= 5 && value.size() <= 32 && std::all_of(value.begin(), value.end(), shaped),
                    "an account number of 5 to 32 digits and letters (账号应为5至32位数字或字母)");
    case Form::email:
      return unless(is_email(value), "an e-mail address (电子邮箱格式有误)");
    case Form::social_credit:
      return unless(is_social_credit(value),
                    "a unified social credit code of 18 characters whose last one fits (统一社会信用代码有误)");
    case Form::representatives:
      return unless(are_representatives(value), "the names of one to five representatives (代表人应为1至5名)");
  }
  REDRESS_ASSERT(false);
  return std::nullopt;
}

namespace {

// A run of digits with single spaces or hyphens between them, and an X at its end.
struct Run {
  std::string digits;
  std::size_t at;
  std::size_t end;
};

Run run_at(std::string_view text, std::size_t at) {
  Run run{{}, at, at};
  std::size_t i = at;
  while (i < text.size()) {
    if (is_digit(text[i])) {
      run.digits += text[i];
      run.end = ++i;
    } else if ((text[i] == ' ' || text[i] == '-') && i + 1 < text.size() && is_digit(text[i + 1]) && i > at) {
      ++i;
    } else {
      break;
    }
  }
  const bool lone = run.end < text.size() && (text[run.end] | 0x20) == 'x' &&
                    (run.end + 1 == text.size() || !is_word(text[run.end + 1]));
  if (run.digits.size() == 17 && lone) {
    run.digits += 'X';
    ++run.end;
  }
  return run;
}

std::optional<Personal> what_is(std::string_view digits) {
  if (digits.size() == 18 && !resident_id_fault(digits)) return Personal::resident_id;
  if (is_mobile(digits) || (digits.size() == 13 && digits.starts_with("86") && is_mobile(digits.substr(2))))
    return Personal::mobile;
  // A card has at least 15 digits here: shorter runs pass Luhn's check by chance in dates and amounts.
  if (digits.size() >= 15 && is_bank_card(digits)) return Personal::bank_card;
  return std::nullopt;
}

// Longest first: numbers of several people may follow each other with a space between.
void note_run(std::string_view text, const Run& run, std::vector<Spot>& spots) {
  if (const auto whole = what_is(run.digits)) {
    spots.push_back({*whole, run.at, run.end - run.at});
    return;
  }
  const std::string_view inside = text.substr(run.at, run.end - run.at);
  for (std::size_t from = 0; from < inside.size();) {
    const std::size_t end = std::min(inside.find(' ', from), inside.size());
    const std::string_view word = inside.substr(from, end - from);
    std::string digits = digits_of(word);
    if (word.ends_with('x') || word.ends_with('X')) digits += 'X';
    if (const auto part = what_is(digits)) spots.push_back({*part, run.at + from, word.size()});
    from = end + 1;
  }
}

std::optional<Spot> email_around(std::string_view text, std::size_t at) {
  const auto fits = [](char c) { return is_word(c) || c == '.' || c == '-' || c == '+'; };
  std::size_t from = at;
  while (from > 0 && fits(text[from - 1])) --from;
  std::size_t end = at + 1;
  while (end < text.size() && fits(text[end])) ++end;
  while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  if (!is_email(text.substr(from, end - from))) return std::nullopt;
  return Spot{Personal::email, from, end - from};
}

}  // namespace

std::vector<Spot> personal_data_in(std::string_view text) {
  std::vector<Spot> spots;
  for (std::size_t i = 0; i < text.size() && spots.size() < spots_max;) {
    if (text[i] == '@') {
      if (const auto spot = email_around(text, i)) spots.push_back(*spot);
      ++i;
    } else if (!is_digit(text[i])) {
      ++i;
    } else {
      const Run run = run_at(text, i);
      const bool inside_word = (i > 0 && (is_word(text[i - 1]) || text[i - 1] == '.')) ||
                               (run.end < text.size() && (is_word(text[run.end]) || text[run.end] == '@'));
      if (!inside_word) note_run(text, run, spots);
      i = run.end;
    }
  }
  if (spots.size() > spots_max) spots.resize(spots_max);
  return spots;
}

std::string_view zh_of(Personal what) {
  switch (what) {
    case Personal::resident_id:
      return "身份证号";
    case Personal::mobile:
      return "手机号";
    case Personal::bank_card:
      return "银行卡号";
    case Personal::email:
      return "电子邮箱";
  }
  return {};
}

std::string_view en_of(Personal what) {
  switch (what) {
    case Personal::resident_id:
      return "identity number";
    case Personal::mobile:
      return "mobile telephone number";
    case Personal::bank_card:
      return "bank card number";
    case Personal::email:
      return "e-mail address";
  }
  return {};
}

}  // namespace redress::casework

// The forms of what identifies people and accounts: which text is one, and where free text holds one.
//
// Pure; ASCII digits and letters only. A form says that a number can exist, never that it does.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace redress::casework {

// The form that a field's value must have.
enum class Form {
  any,
  resident_id,     // GB 11643: 18 characters with a date and a check character; 15 digits of the first generation
  phone,           // one or several telephone numbers, separated by space, comma, semicolon or slash
  bank_card,       // 13 … 19 digits with Luhn's check digit (GB/T 38546, ISO/IEC 7812)
  account,         // 5 … 32 digits and letters; no check digit is common to all of them
  email,           // one @, a name before it, a domain with a dot behind it
  social_credit,   // GB 32100: 18 characters with a check character
  representatives  // one to five names, separated by comma, semicolon or slash (CBIRC Order 2020 No. 3, 12–14)
};

// Nothing if `value` has the form, else what is wrong with it, in English and Chinese.
[[nodiscard]] std::optional<std::string_view> form_fault(Form form, std::string_view value);

// True if an identity document of this type ("居民身份证", "resident identity card", …) is one of GB 11643.
[[nodiscard]] bool is_resident_id_type(std::string_view id_type);

[[nodiscard]] bool is_mobile(std::string_view digits);    // 11 digits of a mainland mobile telephone
[[nodiscard]] bool is_telephone(std::string_view value);  // mobile, landline, service number, or + and a country's

// Personal data found in free text.
enum class Personal { resident_id, mobile, bank_card, email };

struct Spot {
  Personal what;
  std::size_t at;  // in bytes
  std::size_t bytes;
  friend bool operator==(const Spot&, const Spot&) = default;
};

// Every place in `text` where a number of one of these forms stands by itself, in order; at most `spots_max`. Spaces
// and hyphens inside a number, as people write cards, do not hide it.
inline constexpr std::size_t spots_max = 64;
[[nodiscard]] std::vector<Spot> personal_data_in(std::string_view text);

// What people call it.
[[nodiscard]] std::string_view zh_of(Personal what);
[[nodiscard]] std::string_view en_of(Personal what);

}  // namespace redress::casework
